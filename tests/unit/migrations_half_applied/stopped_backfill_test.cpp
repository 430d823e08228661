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

/// The column has a default, so that no row is ever NULL: the backfill tells rows that lack the value by IS
/// DISTINCT FROM.
State const with_default{
    .detector = "stopped-backfill",
    .base =
        "CREATE TABLE t (id int PRIMARY KEY, kind text NOT NULL); INSERT INTO t SELECT i, CASE WHEN i > 8 "
        "THEN "
        "'none' ELSE 'k' || i END FROM generate_series(1, 10) i",
    .made_by = {
        "ALTER TABLE t ADD COLUMN mark text NOT NULL DEFAULT 'NONE'",
        "CREATE FUNCTION sync_mark() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN\n"
        "  IF TG_OP = 'INSERT' OR NEW.kind IS DISTINCT FROM OLD.kind THEN NEW.mark := upper(NEW.kind);\n"
        "  ELSIF NEW.mark IS DISTINCT FROM OLD.mark THEN NEW.kind := lower(NEW.mark); END IF; RETURN NEW; "
        "END $$",
        "CREATE TRIGGER sync_mark BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION sync_mark()",
        "UPDATE t SET mark = upper(kind) WHERE mark IS DISTINCT FROM upper(kind) AND id <= 4"}};

TEST(StoppedBackfill, OfAColumnWithADefaultIsToldByWhatDiffers) {
  auto const database = make(with_default);
  // Of rows 9 and 10 the default is the value.
  EXPECT_THAT(found_by(with_default.detector, database)[0].message, HasSubstr("stopped at 6 of 10 rows"));
  finish(with_default, database);
  EXPECT_EQ(
      test::query_value(database, "SELECT count(*) FROM t WHERE mark = upper(kind) AND kind ~ '^(k|none)'"),
      "10");
}

TEST(StoppedBackfill, OfAColumnWithADefaultIsTakenBack) { undo(with_default, make(with_default)); }

/// The state with another body of its trigger's function.
State with_body(std::string const& body) {
  State other = with_default;
  other.made_by[1] = "CREATE FUNCTION sync_mark() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN " + body +
                     " RETURN NEW; END $$";
  return other;
}

TEST(StoppedBackfill, AConditionOfItsOwnIsNoGap) {
  for (char const* const body :
       {"IF NEW.kind <> 'k5' THEN NEW.mark := upper(NEW.kind); END IF;",
        "CASE NEW.kind WHEN 'k5' THEN NULL; ELSE NEW.mark := upper(NEW.kind); END CASE;"}) {
    SCOPED_TRACE(body);
    State const sometimes = with_body(body);
    auto const database = test::PostgresServer::shared().fresh_database(sometimes.base);
    for (std::string const& statement : sometimes.made_by) test::run_sql(database, statement);
    EXPECT_THAT(found_by("stopped-backfill", database), IsEmpty());
    EXPECT_THAT(found_by("trigger-without-backfill", database), IsEmpty());
  }
}

TEST(StoppedBackfill, AskingForTheOperationIsNoConditionOfItsOwn) {
  State const by_operation = with_body(
      "IF TG_OP = 'INSERT' THEN NEW.mark := upper(NEW.kind); ELSIF NEW.kind IS DISTINCT FROM OLD.kind THEN "
      "NEW.mark := upper(NEW.kind); END IF;");
  EXPECT_EQ(found_by("stopped-backfill", make(by_operation)).size(), 1U);
}

// By its default alone the former column would lack what the trigger's other half gives it.
TEST(StoppedBackfill, AFormerColumnThatOnceCameWithADefaultLacksNothing) {
  State former = with_default;
  former.base =
      "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 10); ALTER TABLE t ADD "
      "COLUMN kind text NOT NULL DEFAULT 'k'; UPDATE t SET kind = 'k' || id WHERE id <= 5";
  EXPECT_EQ(found_by("stopped-backfill", make(former)).size(), 1U);
}

// Names have another order than time.
TEST(StoppedBackfill, TheNewColumnMayComeFirstInTheAlphabet) {
  State renamed = with_default;
  for (std::string& statement : renamed.made_by) {
    for (std::size_t at = statement.find("mark"); at != std::string::npos;
         at = statement.find("mark", at + 5)) {
      if (at == 0 || statement[at - 1] != '_') statement.replace(at, 4, "a_mark");
    }
  }
  EXPECT_EQ(found_by("stopped-backfill", make(renamed)).size(), 1U);
}

TEST(StoppedBackfill, AVariableInTheExpressionIsNoError) {
  State variable = with_default;
  variable.made_by[1] =
      "CREATE FUNCTION sync_mark() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE tail text := '!'; BEGIN "
      "NEW.mark := "
      "upper(NEW.kind) || tail; RETURN NEW; END $$";
  auto const database = test::PostgresServer::shared().fresh_database(variable.base);
  for (std::string const& statement : variable.made_by) test::run_sql(database, statement);
  EXPECT_THAT(found_by("stopped-backfill", database), IsEmpty());
}

TEST(StoppedBackfill, OfATableThatColumnsMoveTo) {
  State const extraction{
      .detector = state.detector,
      .base =
          "CREATE TABLE orders (id int PRIMARY KEY, city text); INSERT INTO orders SELECT i, 'c' || i FROM "
          "generate_series(1, 10) i",
      .made_by = {
          "CREATE TABLE addresses (order_id int PRIMARY KEY, city text)",
          "CREATE FUNCTION there() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO public.addresses "
          "(city, order_id) VALUES (NEW.city, NEW.id); RETURN NULL; END'",
          "CREATE TRIGGER there AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION there()",
          "INSERT INTO addresses SELECT id, city FROM orders WHERE id <= 4"}};
  auto const database = make(extraction);
  EXPECT_THAT(found_by(state.detector, database)[0].message, HasSubstr("stopped at 4 of 10 rows"));
  finish(extraction, database);
  EXPECT_EQ(test::query_value(database, "SELECT count(*) FROM addresses"), "10");
}

}  // namespace
}  // namespace pgdrill::migrations
