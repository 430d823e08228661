#include "tests/unit/migrations_half_applied/half_applied.hpp"

namespace pgdrill::migrations {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

State const state{
    .detector = "stopped-backfill",
    .base =
        "CREATE TABLE t (id int PRIMARY KEY, email text); INSERT INTO t SELECT i, 'A' || i FROM "
        "generate_series(1, 10) i",
    .made_by = {
        "ALTER TABLE t ADD COLUMN mail text",
        "CREATE FUNCTION sync_mail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.mail = lower(NEW.email); "
        "RETURN NEW; END'",
        "CREATE TRIGGER sync_mail BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION sync_mail()",
        "UPDATE t SET mail = lower(email) WHERE id <= 4"}};

TEST(StoppedBackfill, IsSaidWithItsProgressAndResumed) {
  auto const database = make(state);
  EXPECT_THAT(found_by(state.detector, database)[0].message, HasSubstr("stopped at 4 of 10 rows"));
  EXPECT_THAT(found_by("trigger-without-backfill", database), IsEmpty());
  finish(state, database);
  EXPECT_EQ(test::query_value(database, "SELECT count(*) FROM t WHERE mail = lower(email)"), "10");
}

TEST(StoppedBackfill, OrIsTakenBack) { undo(state, make(state)); }

TEST(StoppedBackfill, TheOtherHalfOfATwoWayTriggerLacksNothing) {
  State both = state;
  both.made_by[1] =
      "CREATE FUNCTION sync_mail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.mail = lower(NEW.email); "
      "NEW.email = upper(NEW.mail); RETURN NEW; END'";
  EXPECT_EQ(found_by(state.detector, make(both)).size(), 1U);
}

}  // namespace
}  // namespace pgdrill::migrations
