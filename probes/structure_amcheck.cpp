// Indexes against their tables, and tables against themselves, by amcheck:
// https://www.postgresql.org/docs/15/amcheck.html. Each runs in a subtransaction: one damaged relation must
// not hide the next.
#include <fmt/format.h>

#include <pqxx/pqxx>

#include "harness/base/text.hpp"
#include "harness/postgres/connection.hpp"
#include "probes/structure_queries.hpp"

namespace pgdrill::probes {

namespace {

constexpr char const* indexes_sql = R"(
SELECT c.oid::regclass::text, c.oid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE m.amname = 'btree' AND c.relkind = 'i' AND i.indisvalid AND i.indisready AND c.relpersistence = 'p' AND n.nspname NOT IN ('pgdrill')
  AND (n.nspname !~ '^pg_' OR n.nspname IN ('pg_catalog', 'pg_toast')) AND c.relfilenode <> 0 ORDER BY 1)";

constexpr char const* heaps_sql = R"(
SELECT c.oid::regclass::text, c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_am m ON m.oid = c.relam
WHERE c.relkind IN ('r', 'm', 't') AND m.amname = 'heap' AND c.relpersistence = 'p' AND n.nspname NOT IN ('pgdrill', 'pg_catalog', 'information_schema') AND n.nspname !~ '^pg_temp' ORDER BY 1)";

void add(StructureReading& into, std::string const& object, std::string_view what, std::string mend) {
  into.faults.push_back({.check = "corruption",
                         .object = object,
                         .what = split(trim(what), '\n').front(),
                         .mend = std::move(mend)});
}

}  // namespace

Result<> find_corruption(pqxx::transaction_base& transaction, StructureReading& into) {
  // The user's indexes with every row of the table; the system's without.
  for (auto const& row : transaction.exec(indexes_sql)) {
    std::string const name = row[0].c_str();
    bool const system = name.starts_with("pg_") && name.find('.') == std::string::npos;
    try {
      pqxx::subtransaction inner(static_cast<pqxx::dbtransaction&>(transaction));
      inner.exec(fmt::format("SELECT pg_catalog.bt_index_check({}::regclass, {})", row[1].c_str(), !system));
      inner.commit();
    } catch (pqxx::sql_error const& problem) {
      add(into, "index " + name, problem.what(), "REINDEX INDEX CONCURRENTLY " + name);
    }
  }
  for (auto const& row : transaction.exec(heaps_sql)) {
    std::string const name = row[0].c_str();
    try {
      pqxx::subtransaction inner(static_cast<pqxx::dbtransaction&>(transaction));
      for (auto const& found : inner.exec(fmt::format("SELECT blkno, coalesce(offnum::text, '-'), msg FROM "
                                                      "pg_catalog.verify_heapam({}::regclass) LIMIT 5",
                                                      row[1].c_str()))) {
        add(into, "table " + name,
            fmt::format("block {} row {}: {}", found[0].c_str(), found[1].c_str(), found[2].c_str()), "");
      }
      inner.commit();
    } catch (pqxx::sql_error const& problem) {
      add(into, "table " + name, problem.what(), "");
    }
  }
  return {};
}

}  // namespace pgdrill::probes
