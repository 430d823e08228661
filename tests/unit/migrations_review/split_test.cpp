#include "harness/migrations/review/split.hpp"

#include <gmock/gmock.h>

namespace pgdrill::review {
namespace {

using testing::ElementsAre;

std::vector<std::string> statements_of(std::string_view text) {
  std::vector<std::string> found;
  for (Piece const& piece : split_statements(text)) {
    if (piece.kind == PieceKind::statement)
      found.emplace_back(text.substr(piece.begin, piece.end - piece.begin));
  }
  return found;
}

TEST(Split, AtSemicolonsOutsideOfTexts) {
  EXPECT_THAT(statements_of("a 'x;y' \"q;r\"; b $$;$$ $t$ $$;$$ $t$; c E'\\';' ; d"),
              ElementsAre("a 'x;y' \"q;r\"", "b $$;$$ $t$ $$;$$ $t$", "c E'\\';'", "d"));
}

TEST(Split, CommentsNest) {
  EXPECT_THAT(statements_of("/* a /* ; */ ; */ b -- ;\n c; -- d;"), ElementsAre("b -- ;\n c"));
}

TEST(Split, ABodyInStandardSqlIsOneStatement) {
  EXPECT_THAT(
      statements_of("CREATE FUNCTION f() BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END; x"),
      ElementsAre("CREATE FUNCTION f() BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END", "x"));
}

TEST(Split, TheActionsOfARuleAreOneStatement) {
  EXPECT_THAT(statements_of("CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2); x"),
              ElementsAre("CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)", "x"));
}

TEST(Split, DataOfCopyAreNoStatements) {
  EXPECT_THAT(statements_of("COPY t FROM stdin;\n1;'\n\\.\nx; COPY u (a) FROM STDIN;\n2\n\\.\ny"),
              ElementsAre("COPY t FROM stdin", "x", "COPY u (a) FROM STDIN", "y"));
}

TEST(Split, CommandsOfPsqlAreNoStatements) {
  EXPECT_THAT(statements_of("\\set x 1\nSELECT 1;\n\\connect y\nSELECT 2"),
              ElementsAre("SELECT 1", "SELECT 2"));
}

TEST(Split, WhatIsNotTerminatedEndsWithTheText) {
  EXPECT_THAT(statements_of("a 'b; c"), ElementsAre("a 'b; c"));
  EXPECT_THAT(statements_of("a $x$b; c"), ElementsAre("a $x$b; c"));
}

}  // namespace
}  // namespace pgdrill::review
