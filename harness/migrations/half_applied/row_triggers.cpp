#include "harness/migrations/half_applied/row_triggers.hpp"

#include <fmt/format.h>

#include <pqxx/pqxx>

#include "harness/base/text.hpp"

namespace pgdrill::migrations {

namespace {

// tgtype: 1 is FOR EACH ROW, 2 BEFORE, 4 INSERT, 8 DELETE, 16 UPDATE, 64 INSTEAD OF.
std::string const query = R"(
SELECT n.nspname, c.relname, t.tgname, fn.nspname, f.proname, f.prosrc, t.tgtype & 2 = 2,
  (SELECT count(*) = 1 FROM pg_trigger o WHERE o.tgfoid = f.oid AND o.tgparentid = 0), pg_relation_size(c.oid),
  (SELECT array_to_string(array_agg(a.attname ORDER BY a.attnum), E'\n') FROM pg_attribute a
   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_proc f ON f.oid = t.tgfoid JOIN pg_namespace fn ON fn.oid = f.pronamespace
JOIN pg_language l ON l.oid = f.prolang
WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND l.lanname = 'plpgsql'
  AND t.tgtype & 1 = 1 AND t.tgtype & 64 = 0 AND t.tgtype & 28 <> 0
  AND has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE') AND )" +
                          user_schema("n") + " ORDER BY 1, 2, 3";

}  // namespace

std::vector<RowTrigger> read_row_triggers(pqxx::transaction_base& transaction) {
  std::vector<RowTrigger> all;
  for (auto const& row : transaction.exec(query)) {
    all.push_back({.schema = row[0].c_str(),
                   .table = row[1].c_str(),
                   .name = row[2].c_str(),
                   .function = qualified(row[3].c_str(), row[4].c_str()) + "()",
                   .source = row[5].c_str(),
                   .before = row[6].as<bool>(),
                   .only_user = row[7].as<bool>(),
                   .bytes = row[8].as<std::int64_t>(),
                   .columns = split(row[9].c_str(), '\n')});
  }
  return all;
}

std::vector<std::string> drop_trigger(RowTrigger const& trigger) {
  std::vector<std::string> statements{fmt::format("DROP TRIGGER {} ON {}",
                                                  postgres::quote_identifier(trigger.name),
                                                  qualified(trigger.schema, trigger.table))};
  if (trigger.only_user) statements.push_back("DROP FUNCTION " + trigger.function);
  return statements;
}

}  // namespace pgdrill::migrations
