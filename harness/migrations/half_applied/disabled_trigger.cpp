// Triggers that were switched off for a bulk step and never on again. Internal ones are the checks of foreign
// keys. https://www.postgresql.org/docs/15/sql-altertable.html
#include <fmt/format.h>

#include <pqxx/pqxx>

#include "harness/migrations/half_applied/detector.hpp"

namespace pgdrill::migrations {

namespace {

std::string const query = R"(
SELECT n.nspname, c.relname, t.tgisinternal, min(t.tgname), count(*)
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE t.tgenabled = 'D' AND t.tgparentid = 0 AND )" +
                          user_schema("n") +
                          " GROUP BY n.nspname, c.relname, t.tgisinternal, CASE WHEN t.tgisinternal THEN 0 "
                          "ELSE t.oid END ORDER BY 1, 2, 4";

Finding internal(std::string const& schema, std::string const& table) {
  Remedy const enable{{fmt::format("ALTER TABLE {} ENABLE TRIGGER ALL", qualified(schema, table))},
                      "as superuser; rows written meanwhile were not checked: look for orphans first"};
  return {.severity = Severity::problem,
          .kind = "disabled-trigger",
          .object = fmt::format("table {}.{}", schema, table),
          .message = "its foreign keys are not checked: DISABLE TRIGGER ALL was not taken back",
          .finish = enable,
          .undo = enable};
}

Result<std::vector<Finding>> detect(pqxx::transaction_base& transaction, Scene const&) {
  std::vector<Finding> findings;
  for (auto const& row : transaction.exec(query)) {
    if (row[2].as<bool>()) {
      findings.push_back(internal(row[0].c_str(), row[1].c_str()));
      continue;
    }
    std::string const table = qualified(row[0].c_str(), row[1].c_str());
    std::string const name = postgres::quote_identifier(row[3].c_str());
    findings.push_back(
        {.severity = Severity::warning,
         .kind = "disabled-trigger",
         .object = fmt::format("trigger {} on {}.{}", row[3].c_str(), row[0].c_str(), row[1].c_str()),
         .message = "is disabled: what it keeps equal has not been kept so since",
         .finish = {{fmt::format("ALTER TABLE {} ENABLE TRIGGER {}", table, name)},
                    "then mend the rows that were written meanwhile"},
         .undo = {{fmt::format("DROP TRIGGER {} ON {}", name, table)}, "if it is not wanted any more"}});
  }
  return findings;
}

Detector describe() {
  return {.name = "disabled-trigger",
          .summary = "ALTER TABLE ... DISABLE TRIGGER for a bulk step that did not come to its end",
          .detect = &detect};
}

RegisterDetector const registered(&describe);

}  // namespace

}  // namespace pgdrill::migrations
