// What the table's own triggers see of a rewrite: what its users write, and nothing else.
#include <gmock/gmock.h>

#include "harness/base/task.hpp"
#include "harness/migrations/review/catalogue.hpp"
#include "harness/migrations/rewrite/rewrite_files.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/unit/migrations_rewrite/proof.hpp"

namespace pgdrill::test {
namespace {

using testing::HasSubstr;

/// Dates the last change, logs each, one of them with a condition, one of them under replication, too.
std::string const orders =
    "CREATE TABLE orders (id int PRIMARY KEY, state text NOT NULL, note text DEFAULT 'd',"
    " touched int NOT NULL DEFAULT 0, label text NOT NULL DEFAULT 'l');"
    "CREATE TABLE log (line text);"
    "INSERT INTO orders (id, state, note)"
    " SELECT i, 's' || i, NULLIF(i % 2, 0) FROM generate_series(1, 2500) i;"
    "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS"
    " $$BEGIN NEW.touched := NEW.touched + 1; RETURN NEW; END$$;"
    "CREATE FUNCTION execute() RETURNS trigger LANGUAGE plpgsql AS"
    " $$BEGIN INSERT INTO public.log VALUES (TG_NAME || TG_ARGV[0]); RETURN NULL; END$$;"
    "CREATE TRIGGER touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();"
    "CREATE TRIGGER \"When\" AFTER INSERT OR UPDATE ON orders FOR EACH ROW"
    " WHEN (NEW.id > 0 AND (NEW.id < 10000 OR NEW.touched IS NULL)) EXECUTE FUNCTION execute('it''s WHEN (');"
    "CREATE TRIGGER noted AFTER UPDATE OF note, touched ON orders FOR EACH ROW EXECUTE FUNCTION execute('n');"
    "CREATE TRIGGER batch AFTER UPDATE ON orders REFERENCING NEW TABLE AS changed FOR EACH STATEMENT"
    " EXECUTE FUNCTION execute('b');"
    "ALTER TABLE orders ENABLE ALWAYS TRIGGER touch;"
    "COMMENT ON TRIGGER touch ON orders IS 'dates';"
    "TRUNCATE log;";
std::string const rows =
    "SELECT (SELECT md5(string_agg(to_jsonb(t)::text, ',' ORDER BY id)) FROM orders t) ||"
    " (SELECT count(*) FROM log)";

/// Users' changes are seen, also while rows are filled.
std::vector<std::string> seen(std::string const& column) {
  return {
      "DO $$DECLARE before int; lines int; BEGIN"
      " SELECT touched INTO before FROM orders WHERE id = 7; SELECT count(*) INTO lines FROM log;"
      " UPDATE orders SET " +
      column + " = " + column +
      " || 'x' WHERE id = 7;"
      " ASSERT (SELECT touched = before + 1 FROM orders WHERE id = 7), 'not dated';"
      " ASSERT (SELECT count(*) > lines + 1 FROM log), 'not logged'; END$$"};
}

TEST(RewriteTriggers, PassOverTheFillingOfAColumnThatIsRenamed) {
  prove({.setup = orders,
         .change = "ALTER TABLE orders RENAME COLUMN state TO status",
         .former = seen("state"),
         .next = seen("status"),
         .rows = rows});
}

/// Who sends all files through one session is a user again behind each batch.
TEST(RewriteTriggers, FireInTheSessionOfABackfillAfterIt) {
  auto const database = PostgresServer::shared().fresh_database(orders);
  review::Rewriting const rewriting =
      rewriting_of(database, "ALTER TABLE orders RENAME COLUMN state TO status");
  std::vector<review::RenderedFile> const files = review::render(rewriting, 1);
  for (std::size_t i = 0; i < rewriting.files.size(); ++i) {
    bool const fills = rewriting.files[i].phase == review::Phase::backfill;
    std::string const then = fills ? "UPDATE orders SET note = 'x' WHERE id = 7" : "";
    ASSERT_EQ(run_file(database, files[2 * i].content + then), "") << files[2 * i].name;
    if (fills) break;
  }
  EXPECT_EQ(
      query_value(database, "SELECT string_agg(id || ':' || touched, ',') FROM orders WHERE touched > 0"),
      "7:1");
}

TEST(RewriteTriggers, PassOverTheFillingOfADroppedColumnOnTheWayBack) {
  prove({.setup = orders,
         .change = "ALTER TABLE orders DROP COLUMN label",
         .former = seen("state"),
         .next = seen("state"),
         .rows = rows});
}

TEST(RewriteTriggers, OfTheColumnThatIsSetPassOverIt) {
  prove({.setup = orders,
         .change = "ALTER TABLE orders ALTER COLUMN note SET NOT NULL",
         .former = seen("note"),
         .next = seen("note"),
         .rows = rows,
         .prepared =
             "SET session_replication_role = replica; ALTER TABLE orders DISABLE TRIGGER touch; UPDATE "
             "orders SET note = 'd' WHERE note IS NULL; ALTER TABLE orders ENABLE ALWAYS TRIGGER touch; "
             "SET session_replication_role = origin;"});
}

TEST(RewriteTriggers, PassOverTheFillingOfEveryColumnOfAnEnum) {
  prove(
      {.setup = orders +
                "CREATE TYPE mood AS ENUM ('sad', 'ok'); ALTER TABLE orders ADD m mood; ALTER TABLE orders "
                "DISABLE TRIGGER touch; UPDATE orders SET m = 'ok'; ALTER TABLE orders ENABLE ALWAYS TRIGGER "
                "touch; TRUNCATE log;",
       .change = "ALTER TYPE mood RENAME VALUE 'ok' TO 'fine'",
       .former = {"UPDATE orders SET m = 'ok' WHERE id = 7"},
       .next = {"UPDATE orders SET m = 'fine' WHERE id = 7"},
       .between = {"UPDATE orders SET m__next = 'fine' WHERE id = 7"},
       .rows = rows});
}

TEST(RewriteTriggers, OfATableThatIsRenamedBeforeAreNotKnownExactly) {
  auto const database = PostgresServer::shared().fresh_database(orders);
  review::Options options;
  options.schema = run_to_end(review::read_catalogue(database)).value().schema;
  review::RewrittenFiles const rewritten = review::rewrite_files(
      {review::read_sql(
          "change.sql",
          "ALTER TABLE orders RENAME TO purchases; ALTER TABLE purchases RENAME state TO status;")},
      options);
  EXPECT_THAT(rewritten.files, testing::IsEmpty());
  ASSERT_EQ(rewritten.refusals.size(), 1U);
  EXPECT_THAT(describe(rewritten.refusals.front()), HasSubstr("trigger touch is made or changed"));
}

TEST(RewriteTriggers, ThatTakeNoConditionAreNamedWithWhatTheyDo) {
  auto const database = PostgresServer::shared().fresh_database(
      orders +
      "CREATE CONSTRAINT TRIGGER late AFTER UPDATE ON orders DEFERRABLE FOR EACH ROW EXECUTE FUNCTION "
      "execute('l');"
      "CREATE CONSTRAINT TRIGGER of_note AFTER UPDATE OF note ON orders FOR EACH ROW EXECUTE FUNCTION "
      "execute('l');"
      "CREATE CONSTRAINT TRIGGER off AFTER UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION execute('l');"
      "CREATE CONSTRAINT TRIGGER applied AFTER UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION execute('l');"
      "ALTER TABLE orders DISABLE TRIGGER off; ALTER TABLE orders ENABLE REPLICA TRIGGER applied;");
  review::Options options;
  options.schema = run_to_end(review::read_catalogue(database)).value().schema;
  auto const rewritten = [&](std::string const& change) {
    return review::rewrite_files({review::read_sql("change.sql", change)}, options);
  };
  for (std::string const change :
       {"ALTER TABLE orders RENAME state TO status;",
        "ALTER TABLE orders DROP COLUMN state; -- pgdrill: back "
        "state = 'x'",
        "-- pgdrill: back state = label\n"
        "ALTER TABLE orders ADD COLUMN label text; UPDATE orders SET label = state || '';"
        "ALTER TABLE orders DROP COLUMN state;"}) {
    review::RewrittenFiles const files = rewritten(change);
    EXPECT_THAT(files.notes, testing::ElementsAre(
                                 testing::AllOf(HasSubstr("constraint trigger late of public.orders fires"),
                                                HasSubstr("EXECUTE FUNCTION public.execute('l')"))))
        << change;
    EXPECT_THAT(files.files, testing::Contains(testing::Field(&review::RenderedFile::content,
                                                              HasSubstr("fires constraint trigger late."))))
        << change;
  }
  review::RewrittenFiles const renamed = rewritten("ALTER TABLE orders RENAME TO purchases;");
  EXPECT_THAT(renamed.notes, testing::IsEmpty());
  EXPECT_THAT(renamed.files, testing::Not(testing::Contains(testing::Field(
                                 &review::RenderedFile::content, HasSubstr("CREATE OR REPLACE TRIGGER")))));
}

}  // namespace
}  // namespace pgdrill::test
