// Changes of content: one bit, one row, values that changed places, a scale, a zone.
#include <fmt/format.h>

#include <algorithm>

#include "tests/unit/probes/mutation_database.hpp"

namespace pgdrill::test {

namespace {

constexpr int rows = 60;
constexpr char const* table = "table public.customers";

/// A change of one value: column and the expression of its new value.
struct Change {
  char const* column;
  char const* value;
};

constexpr Change changes[] = {
    {"email", "email || ' '"},
    {"email", "upper(email)"},
    {"email", "overlay(email placing chr(1077) from 1 for 1)"},
    {"name", "name || chr(160)"},
    {"name", "NULL"},
    {"name", "''"},
    {"country", "'FR'"},
    {"country", "'D'"},
    {"born", "born + 1"},
    {"credit", "credit + 0.01"},
    {"credit", "-credit"},
    {"credit", "'NaN'"},
    {"rate", "round(rate, scale(rate) + 1)"},
    {"rate", "rate + 0.00000000000000000001"},
    {"score", "score * (1 + 2.3e-16::float8)"},
    {"score", "'Infinity'"},
    {"small", "small + 0.01::float4"},
    {"active", "NOT active"},
    {"tags", "array_append(tags, NULL)"},
    {"tags", "ARRAY[tags[2], tags[1]]"},
    {"tags", "'{}'"},
    {"numbers", "('[0:1]={' || numbers[1] || ',' || numbers[2] || '}')::int[]"},
    {"numbers", "ARRAY[numbers]"},
    {"profile", "profile || '{\"new\": null}'"},
    {"profile", "jsonb_set(profile, '{list,0}', '1.00')"},
    {"profile", "profile - 'n'"},
    {"raw", "(raw::text || ' ')::json"},
    {"seen", "seen + interval '1 hour'"},
    {"seen", "seen + interval '1 microsecond'"},
    {"seen", "seen AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Berlin'"},
    {"local", "local - interval '1 second'"},
    {"token",
     "(overlay(token::text placing CASE WHEN left(token::text, 1) = '0' THEN '1' ELSE '0' END from 1 for "
     "1))::uuid"},
    {"address", "ROW((address).street, (address).zip || '0')::postal"},
    {"address", "NULL"},
    {"address", "ROW(NULL, NULL)::postal"},
    {"ip", "set_masklen(ip, 24)"},
    {"photo", "set_bit(photo, 7, 1 - get_bit(photo, 7))"},
    {"photo", "photo || '\\x00'"},
    {"feeling", "'glad'"},
    {"pause", "'1 day'"},
    {"span", "int4range(lower(span), upper(span) + 1)"},
    {"bits", "~bits"},
    {"cost", "cost + 0.01::money"},
    {"note", "CASE WHEN note IS NULL THEN '' END"},
};

/// Columns whose values differ between all rows.
constexpr char const* distinct_columns[] = {"email", "name",    "born",    "credit",  "rate", "score",
                                            "small", "tags",    "numbers", "profile", "seen", "local",
                                            "token", "address", "ip",      "photo",   "span"};

void add_values(std::vector<Mutation>& into, Random& random) {
  for (auto const& change : changes) {
    for (int i = 0; i < 3; ++i) {
      int const id = pick(random, rows);
      into.push_back(
          {.sql = fmt::format("UPDATE customers SET {} = {} WHERE id = {}", change.column, change.value, id),
           .probe = "digest",
           .object = table,
           .said = fmt::format("in column {}", change.column),
           .row = fmt::format("id={}", id)});
    }
  }
}

void add_swaps(std::vector<Mutation>& into, Random& random) {
  for (auto const* column : distinct_columns) {
    for (int i = 0; i < 2; ++i) {
      int const one = pick(random, rows);
      int const other = one % rows + 1;
      // A unique column is checked row by row: its values go through a third one.
      bool const unique = column == std::string_view("email") || column == std::string_view("token");
      std::string const third =
          column == std::string_view("email") ? "'third'" : "'ffffffff-0000-0000-0000-000000000000'";
      std::string const swap =
          unique ? fmt::format(
                       "CREATE TEMP TABLE pair ON COMMIT DROP AS SELECT id, {2} AS v FROM customers WHERE id "
                       "IN ({0}, {1}); "
                       "UPDATE customers SET {2} = {3} WHERE id = {0}; "
                       "UPDATE customers SET {2} = (SELECT v FROM pair WHERE pair.id = {0}) WHERE id = {1}; "
                       "UPDATE customers SET {2} = (SELECT v FROM pair WHERE pair.id = {1}) WHERE id = {0}",
                       one, other, column, third)
                 : fmt::format(
                       "UPDATE customers a SET {2} = b.{2} FROM customers b WHERE (a.id, b.id) IN (({0}, "
                       "{1}), ({1}, {0}))",
                       one, other, column);
      into.push_back({.sql = swap,
                      .probe = "digest",
                      .object = table,
                      .said = fmt::format("in column {}", column),
                      .row = fmt::format("id={}", one)});
    }
  }
}

void add_rows(std::vector<Mutation>& into, Random& random) {
  for (int i = 0; i < 8; ++i) {
    int const line = pick(random, 40);
    std::string const key = fmt::format("order_id={}, position=1", line);
    std::string const where = fmt::format("order_id = {} AND position = 1", line);
    into.push_back({"DELETE FROM order_lines WHERE " + where, "digest", "table public.order_lines",
                    "1 of 80 rows are gone", key});
    into.push_back({fmt::format("INSERT INTO order_lines VALUES ({}, 3, 'x', 1)", line), "digest",
                    "table public.order_lines", "1 rows were added",
                    fmt::format("order_id={}, position=3", line)});
    into.push_back({"UPDATE order_lines SET amount = amount # 1 WHERE " + where, "digest",
                    "table public.order_lines", "in column amount", key});
    into.push_back({"UPDATE orders SET total = total + 1 WHERE id = " + std::to_string(line), "digest",
                    "table public.orders", "in columns doubled, total", "id=" + std::to_string(line)});
    into.push_back(
        {fmt::format("UPDATE documents SET body = overlay(body placing '!' from {} for 1) WHERE id = {}",
                     pick(random, 6000), pick(random, 5) + 1),
         "digest", "table public.documents", "in column body"});
  }
  for (int i = 0; i < 4; ++i) {
    std::string const a = std::to_string(pick(random, 5) - 1);
    into.push_back({"INSERT INTO loose (SELECT * FROM loose WHERE a = " + a + " LIMIT 1)", "digest",
                    "table public.loose", "1 rows were added"});
    into.push_back({"DELETE FROM loose WHERE ctid = (SELECT min(ctid) FROM loose WHERE a = " + a + ")",
                    "digest", "table public.loose", "1 of 50 rows are gone"});
    // Two equal rows become two other equal rows: an exclusive or would not see it.
    into.push_back({"INSERT INTO loose VALUES (77, 'twin'), (77, 'twin')", "digest", "table public.loose",
                    "2 rows were added"});
    into.push_back(
        {fmt::format("UPDATE measures SET value = -0.0 + value WHERE sensor = 0 AND at = '2026-01-{:02}'; "
                     "UPDATE measures SET value = value + 1e-9 WHERE at = '2026-01-{:02}'",
                     pick(random, 20), pick(random, 20)),
         "digest", "table public.measures_new", "in column value"});
    into.push_back(
        {fmt::format("UPDATE measures SET at = at - 365 WHERE at = '2026-01-{:02}'", pick(random, 20)),
         "digest", "table public.measures_new", "rows are gone"});
  }
  into.push_back(
      {"UPDATE customers SET score = 0 WHERE id = 5; UPDATE customers SET score = -score WHERE id = 5",
       "digest", table, "in column score", "id=5"});
  into.push_back({"UPDATE extra.settings SET value = '' WHERE name = 'b'", "digest", "table extra.settings",
                  "in column value", "name=b"});
  into.push_back({"UPDATE extra.settings SET value = NULL WHERE name = 'c'", "digest", "table extra.settings",
                  "in column value", "name=c"});
  into.push_back({"UPDATE extra.settings SET name = value, value = name WHERE name = 'a'", "digest",
                  "table extra.settings", "gone"});
  into.push_back({"UPDATE \"Odd.Name\" SET \"Some Column\" = 'z' WHERE key = 2", "digest",
                  "table public.Odd.Name", "in column Some Column", "key=2"});
  into.push_back({"TRUNCATE loose", "digest", "table public.loose", "50 of 50 rows are gone"});
  into.push_back(
      {"UPDATE schema_migrations SET version = 8", "digest", "table public.schema_migrations", "gone"});
  into.push_back(
      {"INSERT INTO orders (customer_id, total) VALUES (1, 1); DELETE FROM orders WHERE id > 80; INSERT INTO "
       "orders (customer_id, total) VALUES (1, 1); REFRESH MATERIALIZED VIEW totals",
       "digest", "table public.totals", ""});
}

}  // namespace

std::vector<Mutation> data_mutations(Random& random) {
  std::vector<Mutation> all;
  add_values(all, random);
  add_swaps(all, random);
  add_rows(all, random);
  return all;
}

}  // namespace pgdrill::test
