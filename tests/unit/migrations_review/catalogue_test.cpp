// What a live database adds to a review: versions, types, sizes, constraints, and who depends on a table or a
// column.
#include "harness/migrations/review/catalogue.hpp"

#include <gmock/gmock.h>

#include "harness/migrations/review/reviewer.hpp"
#include "tests/support/postgres_server.hpp"

namespace pgdrill::review {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

char const* const tables =
    "CREATE TABLE orders (id int PRIMARY KEY, code varchar(5) UNIQUE, total numeric(10,2), state text,"
    " twice numeric GENERATED ALWAYS AS (total * 2) STORED, note text);"
    "INSERT INTO orders (id, code) SELECT i, i::text FROM generate_series(1, 1000) i; ANALYZE orders;"
    "CREATE TABLE items (id int PRIMARY KEY, code varchar(5) CONSTRAINT items_code REFERENCES orders (code));"
    "CREATE VIEW totals AS SELECT id, total FROM orders;"
    "CREATE MATERIALIZED VIEW states AS SELECT state FROM orders;"
    "CREATE FUNCTION closed() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM orders WHERE state = "
    "''closed''';"
    "CREATE FUNCTION noted() RETURNS bigint BEGIN ATOMIC SELECT count(note) FROM orders; END;"
    "CREATE FUNCTION other() RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint AS state';"
    "CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.note := trim(NEW.note); RETURN "
    "NEW; END';"
    "CREATE TRIGGER guard_note BEFORE UPDATE OF note ON orders FOR EACH ROW EXECUTE FUNCTION guard();"
    "ALTER TABLE orders ENABLE ROW LEVEL SECURITY; CREATE POLICY open_ones ON orders USING (state <> "
    "'closed');"
    "CREATE TABLE rooms (id int); ALTER TABLE rooms ENABLE ROW LEVEL SECURITY;"
    "CREATE POLICY by_order ON rooms USING (id IN (SELECT o.id FROM orders o));"
    "CREATE TABLE visits (id int, code varchar(5) CONSTRAINT visits_code REFERENCES orders (code)) PARTITION "
    "BY RANGE (id); CREATE TABLE visits_1 PARTITION OF visits FOR VALUES FROM (1) TO (9);"
    // Of an extension: nobody who writes migrations can change it.
    "CREATE FUNCTION shipped() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM orders WHERE state = "
    "''closed'''; ALTER EXTENSION plpgsql ADD FUNCTION shipped();";

class LiveCatalogue : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    catalogue_ = std::make_unique<Catalogue>(
        run_to_end(read_catalogue(test::PostgresServer::shared().fresh_database(tables))).value());
  }
  static void TearDownTestSuite() { catalogue_.reset(); }

  /// The effect of the only action of a statement.
  static Effect effect(std::string const& sql) {
    Options options{.major = catalogue_->major, .schema = catalogue_->schema};
    std::vector<SqlFile> const files{read_sql("1.sql", sql)};
    return review(files, options).files.front().sections.front().statements.front().effects.front();
  }
  static std::vector<std::string> dependants(std::string const& sql) { return effect(sql).dependants; }

  static std::unique_ptr<Catalogue> catalogue_;
};
std::unique_ptr<Catalogue> LiveCatalogue::catalogue_;

TEST_F(LiveCatalogue, KnowsVersionTypesAndSizes) {
  EXPECT_GE(catalogue_->major, 14);
  Table const* const orders = catalogue_->schema.table({"", "orders"});
  ASSERT_NE(orders, nullptr);
  EXPECT_EQ(orders->rows, 1000);
  EXPECT_GT(orders->bytes, 8192);
  EXPECT_EQ(orders->column("code")->type.text(), "varchar(5)");
  // A wider type rewrites nothing, a narrower one does: told by the type that the database has.
  EXPECT_EQ(name_of(effect("ALTER TABLE orders ALTER code TYPE varchar(9)").cost), "catalogue only");
  EXPECT_EQ(name_of(effect("ALTER TABLE orders ALTER code TYPE varchar(3)").cost), "full rewrite");
  EXPECT_EQ(name_of(effect("ALTER TABLE orders ALTER id SET NOT NULL").cost), "catalogue only");
}

TEST_F(LiveCatalogue, NamesWhoUsesAColumn) {
  EXPECT_THAT(dependants("ALTER TABLE orders DROP COLUMN total"),
              UnorderedElementsAre("generated column twice", "view public.totals"));
  EXPECT_THAT(dependants("ALTER TABLE orders ALTER total TYPE numeric(12,4)"),
              UnorderedElementsAre("generated column twice", "view public.totals"));
  EXPECT_THAT(dependants("ALTER TABLE orders DROP COLUMN code"),
              UnorderedElementsAre("foreign key items_code of public.items",
                                   "foreign key visits_code of public.visits"));
  EXPECT_THAT(dependants("ALTER TABLE orders DROP COLUMN state"),
              UnorderedElementsAre("materialized view public.states",
                                   "policy open_ones on table public.orders", "function public.closed()"));
  EXPECT_THAT(dependants("ALTER TABLE orders DROP COLUMN note"),
              UnorderedElementsAre("function public.noted()", "trigger guard_note on table public.orders",
                                   "function public.guard()"));
  EXPECT_THAT(dependants("ALTER TABLE orders DROP COLUMN id"),
              UnorderedElementsAre("view public.totals", "policy by_order on table public.rooms"));
}

TEST_F(LiveCatalogue, SaysNoSizeThatNobodyMeasured) {
  EXPECT_FALSE(catalogue_->schema.table({"", "rooms"})->rows.has_value()) << "reltuples is -1 before ANALYZE";
}

TEST_F(LiveCatalogue, NamesWhoUsesATable) {
  EXPECT_THAT(dependants("DROP TABLE orders"),
              UnorderedElementsAre(
                  "view public.totals", "materialized view public.states", "generated column twice",
                  "policy open_ones on table public.orders", "policy by_order on table public.rooms",
                  "trigger guard_note on table public.orders", "foreign key items_code of public.items",
                  "foreign key visits_code of public.visits", "function public.noted()",
                  "function public.closed()", "function public.guard()"));
  EXPECT_THAT(dependants("DROP TABLE items"), IsEmpty());
  // A view's rule depends on the view.
  EXPECT_THAT(catalogue_->schema.table({"public", "states"})->users, IsEmpty());
}

TEST_F(LiveCatalogue, OfARenameNamesWhomPostgresDoesNotTrack) {
  EXPECT_THAT(dependants("ALTER TABLE orders RENAME COLUMN state TO phase"),
              ElementsAre("function public.closed()"));
  EXPECT_THAT(dependants("ALTER TABLE orders RENAME COLUMN total TO price"), IsEmpty());
  EXPECT_THAT(dependants("ALTER TABLE orders RENAME TO sales"), ElementsAre("function public.closed()"));
}

TEST_F(LiveCatalogue, OtherActionsHaveNone) {
  EXPECT_THAT(dependants("ALTER TABLE orders ADD COLUMN more int"), IsEmpty());
  EXPECT_THAT(dependants("CREATE INDEX ON orders (state)"), IsEmpty());
}

}  // namespace
}  // namespace pgdrill::review
