#include "harness/triggers/sql_statements.hpp"

#include <gmock/gmock.h>

namespace pgdrill::triggers {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(SqlStatements, EndAtSemicolonsOutsideQuotationsAndComments) {
  EXPECT_THAT(
      sql_statements("SELECT ';'; -- a;b\nUPDATE \"a;b\" SET x = 1; /* ; /* ; */ ; */ DELETE FROM t"),
      ElementsAre("SELECT ';'", "-- a;b\nUPDATE \"a;b\" SET x = 1", "/* ; /* ; */ ; */ DELETE FROM t"));
}

TEST(SqlStatements, ADollarQuotationIsOnePiece) {
  EXPECT_THAT(sql_statements("DO $x$ BEGIN a; $$b;$$ END $x$; SELECT a$1; SELECT $1"),
              ElementsAre("DO $x$ BEGIN a; $$b;$$ END $x$", "SELECT a$1", "SELECT $1"));
}

TEST(SqlStatements, CommentsAndEmptyOnesAreNone) {
  EXPECT_THAT(sql_statements(" ;; -- nothing\n; /* nothing */ "), IsEmpty());
}

TEST(SqlStatements, ComparedTextsDifferNotBySpaceOrComment) {
  EXPECT_EQ(normalised("UPDATE  t\n SET x = 'a  b' -- why\n WHERE y;"), "UPDATE t SET x = 'a  b' WHERE y");
  EXPECT_EQ(normalised("/* first */ SELECT 1 ; "), "SELECT 1");
}

TEST(SqlStatements, WhatIsNotClosedGoesToTheEnd) {
  EXPECT_THAT(sql_statements("SELECT 'a; b"), ElementsAre("SELECT 'a; b"));
  EXPECT_THAT(sql_statements("SELECT $x$ a; b"), ElementsAre("SELECT $x$ a; b"));
}

}  // namespace
}  // namespace pgdrill::triggers
