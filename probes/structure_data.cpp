// Rows that contradict the schema: each constraint is asked again, whatever the catalogue says of its
// validity, since rows written with session_replication_role = replica never met it.
#include <fmt/format.h>

#include <pqxx/pqxx>

#include "harness/base/text.hpp"
#include "harness/postgres/connection.hpp"
#include "probes/structure_queries.hpp"

namespace pgdrill::probes {

namespace {

std::string const user_tables =
    "n.nspname NOT IN ('pgdrill', 'information_schema') AND n.nspname !~ '^pg_' AND c.relpersistence <> 't'";

/// A role without the right to read a table proves nothing about it.
bool readable(pqxx::row const& row, int column, std::string const& what, StructureReading& into) {
  if (!row[column].is_null() && row[column].as<bool>()) return true;
  into.not_examined.push_back(what + ": no right to read the table");
  return false;
}

}  // namespace

Result<> find_sequences_behind(pqxx::transaction_base& transaction, StructureReading& into) {
  // Owned ones (serial, identity), and those that a default names.
  auto const rows = transaction.exec(fmt::format(R"(
SELECT DISTINCT s.seqrelid::regclass::text, format('%I.%I', n.nspname, c.relname), quote_ident(a.attname), s.seqincrement,
       has_sequence_privilege(s.seqrelid, 'SELECT') AND has_column_privilege(c.oid, a.attnum, 'SELECT'), s.seqcycle
FROM pg_sequence s
JOIN pg_depend d ON (d.classid = 'pg_class'::regclass AND d.objid = s.seqrelid AND d.deptype IN ('a', 'i') AND d.refclassid = 'pg_class'::regclass)
  OR (d.refclassid = 'pg_class'::regclass AND d.refobjid = s.seqrelid AND d.classid = 'pg_attrdef'::regclass)
LEFT JOIN pg_attrdef f ON d.classid = 'pg_attrdef'::regclass AND f.oid = d.objid
JOIN pg_class c ON c.oid = coalesce(f.adrelid, d.refobjid) JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = coalesce(f.adnum, d.refobjsubid)
WHERE c.relkind IN ('r', 'p') AND a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype) AND {} ORDER BY 1, 2, 3)",
                                                 user_tables));
  for (auto const& row : rows) {
    std::string const sequence = row[0].c_str();
    if (row[5].as<bool>() || !readable(row, 4, "sequence " + sequence, into)) continue;
    bool const up = row[3].as<std::int64_t>() > 0;
    auto const found = transaction.exec1(
        fmt::format("SELECT s.next, t.most, {0} FROM (SELECT last_value::numeric + CASE WHEN is_called THEN "
                    "{1} ELSE 0 END AS next FROM {2}) s, "
                    "(SELECT {3}({4}) AS most FROM {5}) t",
                    up ? "coalesce(t.most >= s.next, false)" : "coalesce(t.most <= s.next, false)",
                    row[3].c_str(), sequence, up ? "max" : "min", row[2].c_str(), row[1].c_str()));
    if (!found[2].as<bool>()) continue;
    into.faults.push_back(
        {.check = "sequence behind",
         .object = "sequence " + sequence,
         .what = fmt::format("next value is {}, but {}.{} has come to {}", found[0].c_str(), row[1].c_str(),
                             row[2].c_str(), found[1].c_str()),
         .mend = fmt::format("SELECT setval({}, (SELECT {}({}) FROM {}))", postgres::quote_literal(sequence),
                             up ? "max" : "min", row[2].c_str(), row[1].c_str())});
  }
  return {};
}

Result<> find_orphans(pqxx::transaction_base& transaction, StructureReading& into) {
  // MATCH SIMPLE: a row with a NULL in its key refers to nothing. The operators are the constraint's own.
  auto const rows = transaction.exec(fmt::format(R"(
SELECT k.conname, format('%I.%I', n.nspname, c.relname), k.confrelid::regclass::text,
  (SELECT string_agg(format('p.%I OPERATOR(%s) f.%I', pa.attname, (SELECT format('%I.%s', o_n.nspname, o.oprname) FROM pg_operator o JOIN pg_namespace o_n ON o_n.oid = o.oprnamespace WHERE o.oid = k.conpfeqop[i]), fa.attname), ' AND ')
   FROM generate_subscripts(k.conkey, 1) i JOIN pg_attribute fa ON fa.attrelid = k.conrelid AND fa.attnum = k.conkey[i]
   JOIN pg_attribute pa ON pa.attrelid = k.confrelid AND pa.attnum = k.confkey[i]),
  (SELECT string_agg(format('f.%I IS NOT NULL', fa.attname), ' AND ') FROM unnest(k.conkey) u JOIN pg_attribute fa ON fa.attrelid = k.conrelid AND fa.attnum = u),
  (SELECT string_agg(format('f.%I::text', fa.attname), ' || '', '' || ') FROM unnest(k.conkey) u JOIN pg_attribute fa ON fa.attrelid = k.conrelid AND fa.attnum = u),
  has_table_privilege(k.conrelid, 'SELECT') AND has_table_privilege(k.confrelid, 'SELECT')
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype = 'f' AND k.conparentid = 0 AND {} AND NOT coalesce((to_jsonb(k) ->> 'conperiod')::boolean, false) ORDER BY 2, 1)",
                                                 user_tables));
  for (auto const& row : rows) {
    std::string const object = fmt::format("constraint {}.{}", row[1].c_str(), row[0].c_str());
    if (!readable(row, 6, object, into)) continue;
    auto const found = transaction.exec1(
        fmt::format("SELECT count(*), min({}) FROM {} f WHERE {} AND NOT EXISTS (SELECT FROM {} p WHERE {})",
                    row[5].c_str(), row[1].c_str(), row[4].c_str(), row[2].c_str(), row[3].c_str()));
    auto const count = found[0].as<std::int64_t>();
    if (count == 0) continue;
    into.faults.push_back({.check = "orphans",
                           .object = object,
                           .what = fmt::format("{} rows refer to rows of {} that are not there, first ({})",
                                               count, row[2].c_str(), found[1].c_str()),
                           .count = count});
  }
  return {};
}

Result<> find_check_violations(pqxx::transaction_base& transaction, StructureReading& into) {
  auto const checks = transaction.exec(fmt::format(R"(
SELECT k.conname, format('%I.%I', n.nspname, c.relname), pg_get_expr(k.conbin, k.conrelid), has_table_privilege(c.oid, 'SELECT'),
  CASE WHEN k.connoinherit OR c.relkind = 'r' THEN 'ONLY ' ELSE '' END
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype = 'c' AND c.relkind = 'r' AND {} ORDER BY 2, 1)",
                                                   user_tables));
  for (auto const& row : checks) {
    std::string const object = fmt::format("constraint {}.{}", row[1].c_str(), row[0].c_str());
    if (!readable(row, 3, object, into)) continue;
    auto const count = transaction
                           .exec1(fmt::format("SELECT count(*) FROM {}{} WHERE NOT ({})", row[4].c_str(),
                                              row[1].c_str(), row[2].c_str()))[0]
                           .as<std::int64_t>();
    if (count == 0) continue;
    into.faults.push_back({.check = "check violated",
                           .object = object,
                           .what = fmt::format("{} rows are against {}", count, row[2].c_str()),
                           .count = count});
  }
  return {};
}

Result<> find_nulls(pqxx::transaction_base& transaction, StructureReading& into) {
  auto const tables = transaction.exec(fmt::format(R"(
SELECT format('%I.%I', n.nspname, c.relname), string_agg(format('count(*) FILTER (WHERE %I IS NULL)', a.attname), ', ' ORDER BY a.attnum),
  json_agg(quote_ident(a.attname) ORDER BY a.attnum), has_table_privilege(c.oid, 'SELECT')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND a.attnotnull AND {} GROUP BY c.oid, 1 ORDER BY 1)",
                                                   user_tables));
  for (auto const& row : tables) {
    std::string const table = row[0].c_str();
    if (!readable(row, 3, "table " + table, into)) continue;
    TRY(json::value const columns, parse_json(row[2].c_str()));
    auto const counts = transaction.exec1(fmt::format("SELECT {} FROM ONLY {}", row[1].c_str(), table));
    for (int i = 0; i < static_cast<int>(counts.size()); ++i) {
      auto const count = counts[i].as<std::int64_t>();
      if (count == 0) continue;
      std::string const column(columns.as_array().at(static_cast<std::size_t>(i)).as_string());
      into.faults.push_back({.check = "null where none may be",
                             .object = fmt::format("column {}.{}", table, column),
                             .what = fmt::format("{} rows", count),
                             .count = count});
    }
  }
  return {};
}

Result<> find_duplicates(pqxx::transaction_base& transaction, StructureReading& into) {
  // By a sequential scan, since it is the index that is in question. Key columns only, no expressions.
  auto const keys = transaction.exec(fmt::format(R"(
SELECT i.indexrelid::regclass::text, format('%I.%I', n.nspname, c.relname),
  (SELECT string_agg(quote_ident(a.attname), ', ') FROM unnest((i.indkey::int2[])[0:i.indnkeyatts - 1]) u JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u),
  (SELECT string_agg(quote_ident(a.attname) || ' IS NOT NULL', ' AND ') FROM unnest((i.indkey::int2[])[0:i.indnkeyatts - 1]) u JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u),
  coalesce(pg_get_expr(i.indpred, i.indrelid), 'true'), has_table_privilege(c.oid, 'SELECT')
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE i.indisunique AND i.indexprs IS NULL AND c.relkind = 'r' AND {} ORDER BY 1)",
                                                 user_tables));
  transaction.exec(
      "SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off; SET LOCAL enable_bitmapscan = "
      "off");
  for (auto const& row : keys) {
    std::string const object = std::string("index ") + row[0].c_str();
    if (!readable(row, 5, object, into)) continue;
    auto const count =
        transaction
            .exec1(fmt::format("SELECT count(*) FROM (SELECT FROM ONLY {} WHERE {} AND ({}) GROUP BY {} "
                               "HAVING count(*) > 1) d",
                               row[1].c_str(), row[3].c_str(), row[4].c_str(), row[2].c_str()))[0]
            .as<std::int64_t>();
    if (count == 0) continue;
    into.faults.push_back(
        {.check = "not unique",
         .object = object,
         .what = fmt::format("{} keys ({}) are there more than once", count, row[2].c_str()),
         .count = count});
  }
  transaction.exec(
      "SET LOCAL enable_indexscan = on; SET LOCAL enable_indexonlyscan = on; SET LOCAL enable_bitmapscan = "
      "on");
  return {};
}

}  // namespace pgdrill::probes
