#include "tests/unit/migrations_half_applied/half_applied.hpp"

namespace pgdrill::migrations {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

State const check{.detector = "not-valid-constraint",
                  .base = "CREATE TABLE t (id int PRIMARY KEY, x int); INSERT INTO t VALUES (1, -1)",
                  .made_by = {"ALTER TABLE t ADD CONSTRAINT positive CHECK (x > 0) NOT VALID"},
                  .mends = {"UPDATE t SET x = 1"}};
State const foreign_key{
    .detector = "not-valid-constraint",
    .base =
        "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int, p_id int); INSERT INTO c VALUES (1, 7)",
    .made_by = {"ALTER TABLE c ADD CONSTRAINT c_p FOREIGN KEY (p_id) REFERENCES p NOT VALID"},
    .mends = {"INSERT INTO p VALUES (7)"}};
State const domain{.detector = "not-valid-constraint",
                   .base = "CREATE DOMAIN price AS int; CREATE TABLE t (x price); INSERT INTO t VALUES (-1)",
                   .made_by = {"ALTER DOMAIN price ADD CONSTRAINT positive CHECK (VALUE > 0) NOT VALID"},
                   .mends = {"UPDATE t SET x = 1"}};

TEST(NotValidConstraint, IsValidatedOrDropped) {
  constexpr char const* validated =
      "SELECT count(*) FROM pg_constraint WHERE conname IN ('positive', 'c_p') AND convalidated";
  for (State const& state : {check, foreign_key, domain}) {
    auto const forward = make(state);
    finish(state, forward);
    EXPECT_EQ(test::query_value(forward, validated), "1");
    auto const back = make(state);
    undo(state, back);
    EXPECT_EQ(test::query_value(back, validated), "0");
  }
}

TEST(NotValidConstraint, AnInheritedOneIsSaidAtItsParentAlone) {
  State const state{.detector = "not-valid-constraint",
                    .base =
                        "CREATE TABLE m (id int NOT NULL, x int) PARTITION BY RANGE (id); CREATE TABLE m_1 "
                        "PARTITION OF m FOR VALUES FROM (0) TO (10)",
                    .made_by = {"ALTER TABLE m ADD CONSTRAINT positive CHECK (x > 0) NOT VALID"}};
  finish(state, make(state));
}

}  // namespace
}  // namespace pgdrill::migrations
