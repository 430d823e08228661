// Rewrites that leave content and schema as they are.
#include <fmt/format.h>

#include <iterator>

#include "tests/unit/probes/mutation_database.hpp"

namespace pgdrill::test {

namespace {

constexpr char const* tables[] = {"customers", "orders",       "order_lines",  "loose",
                                  "documents", "measures_old", "measures_new", "extra.settings"};
constexpr char const* indexes[] = {
    "orders_open",    "customers_name", "customers_token",     "loose_b",
    "customers_pkey", "orders_pkey",    "customers_email_key", "order_lines_pkey"};

/// Another physical order: rows out and in again, without triggers, which belong to the application.
std::string reinsert(std::string const& table, std::string const& columns, std::string const& order) {
  return fmt::format(
      "BEGIN; SET LOCAL session_replication_role = replica; CREATE TEMP TABLE copied ON COMMIT DROP AS "
      "SELECT {0} FROM {1}; "
      "TRUNCATE {1} CASCADE; INSERT INTO {1} ({0}) OVERRIDING SYSTEM VALUE SELECT {0} FROM copied ORDER BY "
      "{2}; COMMIT",
      columns, table, order);
}

std::string rewrite(Random& random) {
  std::string const table = tables[random() % std::size(tables)];
  std::string const index = indexes[random() % std::size(indexes)];
  int const n = pick(random, 1000);
  switch (random() % 26) {
    case 0:
      return "VACUUM FULL " + table;
    case 1:
      return "VACUUM (FREEZE, ANALYZE) " + table;
    case 2:
      return "REINDEX INDEX " + index;
    case 3:
      return "REINDEX TABLE CONCURRENTLY " + table;
    case 4:
      return "CLUSTER customers USING customers_email_key; ALTER TABLE customers SET WITHOUT CLUSTER";
    case 5:
      return "ANALYZE " + table;
    case 6:
      return fmt::format(
          "BEGIN; SET LOCAL session_replication_role = replica; UPDATE customers SET name = name, seen = "
          "seen WHERE id % {} = 0; COMMIT",
          n % 7 + 2);
    case 7:
      return reinsert("loose", "a, b", fmt::format("md5(b || a || '{}')", n));
    case 8:
      return reinsert("documents", "id, body", "id DESC");
    case 9:
      return reinsert("order_lines", "order_id, position, article, amount",
                      fmt::format("hashint8(position * {} + order_id)", n));
    case 10:
      return reinsert("measures_new", "at, sensor, value", fmt::format("md5(at::text || '{}')", n));
    case 11:
      return fmt::format("ALTER TABLE {0} ADD tmp int DEFAULT {1}; ALTER TABLE {0} DROP tmp",
                         table.starts_with("measures") ? "loose" : table, n);
    case 12:
      return fmt::format("CREATE INDEX tmp ON customers (born, credit) WHERE id > {}; DROP INDEX tmp", n);
    case 13:
      return "ALTER TABLE loose SET (fillfactor = 40); ALTER TABLE loose RESET (fillfactor)";
    case 14:
      return "GRANT SELECT ON documents TO reader; REVOKE SELECT ON documents FROM reader";
    case 15:
      return "REVOKE SELECT ON customers FROM reader; GRANT SELECT ON customers TO reader";
    case 16:
      return "BEGIN; DROP VIEW balances; CREATE VIEW balances AS SELECT customer_id, sum(total) AS total "
             "FROM orders GROUP BY customer_id; COMMIT";
    case 17:
      return "CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'";
    case 18:
      return "ALTER TABLE orders DISABLE TRIGGER touch; ALTER TABLE orders ENABLE TRIGGER touch";
    case 19:
      return fmt::format("SELECT nextval('numbers') FROM generate_series(1, {})", n % 40 + 1);
    case 20:
      return "ALTER TABLE documents ALTER body SET STORAGE EXTERNAL; UPDATE documents SET body = body || ''; "
             "ALTER TABLE documents ALTER body SET STORAGE EXTENDED";
    case 21:
      return "BEGIN; ALTER TABLE measures DETACH PARTITION measures_old; ALTER TABLE measures ATTACH "
             "PARTITION measures_old FOR VALUES FROM ('2025-01-01') TO ('2026-01-01'); COMMIT";
    case 22:
      return "REFRESH MATERIALIZED VIEW totals";
    case 23:
      return "ALTER TABLE loose SET UNLOGGED; ALTER TABLE loose SET LOGGED";
    case 24:
      return "BEGIN; INSERT INTO loose SELECT n, 'x' FROM generate_series(1, 500) n; DELETE FROM documents; "
             "ROLLBACK";
    default:
      return fmt::format("INSERT INTO pgdrill.own VALUES ({}); CREATE TEMP TABLE t (n int); DROP TABLE t", n);
  }
}

}  // namespace

std::vector<std::string> harmless_rewrites(Random& random, std::size_t count) {
  std::vector<std::string> all;
  while (all.size() < count) all.push_back(rewrite(random));
  return all;
}

}  // namespace pgdrill::test
