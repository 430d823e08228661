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

// The AFTER trigger of columns that move to a table of their own.
State const extraction{
    .detector = state.detector,
    .base =
        "CREATE TABLE orders (id int PRIMARY KEY, street text, city text); INSERT INTO orders SELECT i, "
        "CASE WHEN i > 3 THEN 's' || i END FROM generate_series(1, 10) i",
    .made_by = {
        "CREATE TABLE addresses (order_id int PRIMARY KEY REFERENCES orders, street text, city text)",
        "CREATE FUNCTION there() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN\n"
        "  INSERT INTO addresses (order_id, street, city) VALUES (NEW.id, NEW.street, NEW.city) ON CONFLICT "
        "DO NOTHING; RETURN NULL; END $$",
        "CREATE FUNCTION gone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN\n"
        "  DELETE FROM addresses WHERE order_id = OLD.id; RETURN OLD; END $$",
        "CREATE TRIGGER there AFTER INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION there()",
        "CREATE TRIGGER gone BEFORE DELETE ON orders FOR EACH ROW EXECUTE FUNCTION gone()"}};

TEST(TriggerWithoutBackfill, RowsAreCopiedToTheTableThatColumnsMoveTo) {
  auto const database = make(extraction);
  EXPECT_THAT(found_by(state.detector, database)[0].object, HasSubstr("table public.addresses"));
  EXPECT_THAT(found_by(state.detector, database)[0].message, HasSubstr("all 7 rows"));
  EXPECT_THAT(found_by("stopped-backfill", database), IsEmpty());
  finish(extraction, database);
  EXPECT_EQ(test::query_value(database,
                              "SELECT count(*) FROM orders JOIN addresses ON id = order_id WHERE "
                              "addresses.street = orders.street"),
            "7");
}

TEST(TriggerWithoutBackfill, OrTheTableGoesWithEveryTriggerThatWritesIt) {
  auto const database = make(extraction);
  undo(extraction, database);
  EXPECT_EQ(test::query_value(database,
                              "SELECT (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal) || ' ' || "
                              "(SELECT count(*) FROM pg_proc WHERE proname IN ('there', 'gone')) || ' ' || "
                              "(SELECT count(*) FROM pg_class WHERE relname = 'addresses')"),
            "0 0 0");
  test::run_sql(database, "DELETE FROM orders WHERE id = 5");
}

TEST(TriggerWithoutBackfill, ALogOfChangesIsNoCopy) {
  State log = extraction;
  log.made_by = {
      "CREATE TABLE addresses (n serial PRIMARY KEY, order_id int, street text, city text)",
      extraction.made_by[1],
      extraction.made_by[3],
  };
  auto database = test::PostgresServer::shared().fresh_database(log.base);
  for (std::string const& statement : log.made_by) test::run_sql(database, statement);
  EXPECT_THAT(found_by(state.detector, database), IsEmpty());
}

}  // namespace
}  // namespace pgdrill::migrations
