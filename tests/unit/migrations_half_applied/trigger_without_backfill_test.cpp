#include "tests/unit/migrations_half_applied/half_applied.hpp"

namespace pgdrill::migrations {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

State const state{
    .detector = "trigger-without-backfill",
    .base =
        "CREATE TABLE t (id int PRIMARY KEY, email text); INSERT INTO t SELECT i, 'A' || i FROM "
        "generate_series(1, 10) i",
    .made_by = {
        "ALTER TABLE t ADD COLUMN \"Mail\" text",
        "CREATE FUNCTION sync_mail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN\n  -- NEW.id := "
        "NEW.email;\n  IF TG_OP = 'INSERT' OR "
        "NEW.email IS DISTINCT FROM OLD.email THEN NEW.\"Mail\" := lower(NEW.email || ';'); END IF; RETURN "
        "NEW; END $$",
        "CREATE TRIGGER sync_mail BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION sync_mail()"}};

TEST(TriggerWithoutBackfill, TheTriggersOwnExpressionFillsTheRows) {
  auto const database = make(state);
  EXPECT_THAT(found_by(state.detector, database)[0].message, HasSubstr("all 10 rows"));
  EXPECT_THAT(found_by("stopped-backfill", database), IsEmpty());
  finish(state, database);
  EXPECT_EQ(test::query_value(database, "SELECT count(*) FROM t WHERE \"Mail\" = lower(email || ';')"), "10");
}

TEST(TriggerWithoutBackfill, OrTriggerFunctionAndColumnGo) {
  auto const database = make(state);
  undo(state, database);
  EXPECT_EQ(test::query_value(database,
                              "SELECT (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal) || ' ' || "
                              "(SELECT count(*) FROM pg_proc WHERE proname = 'sync_mail') "
                              "|| ' ' || (SELECT count(*) FROM pg_attribute WHERE attrelid = 't'::regclass "
                              "AND attname = 'Mail')"),
            "0 0 0");
}

TEST(TriggerWithoutBackfill, ATriggerThatDerivesNothingFromTheRowIsNone) {
  State other = state;
  other.made_by = {"ALTER TABLE t ADD COLUMN changed timestamptz",
                   "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.changed := now(); "
                   "RETURN NEW; END'",
                   "CREATE TRIGGER touch BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch()"};
  EXPECT_THAT(found_by(state.detector, make(other)), IsEmpty());
}

}  // namespace
}  // namespace pgdrill::migrations
