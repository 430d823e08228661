// A column that lacks the default it should have: ADD COLUMN took effect, SET DEFAULT did not. Applications
// that do not know the column then write NULL into it, or fail when it may not be NULL.
#include <fmt/format.h>

#include <algorithm>
#include <pqxx/pqxx>

#include "harness/migrations/half_applied/detector.hpp"

namespace pgdrill::migrations {

namespace {

// A column that is checked not to be null (the CHECK of an expand phase, valid or not) and has no default:
// who inserts without naming it fails. SET NOT NULL itself is not looked at: mandatory columns are usual.
std::string const checked_query = R"(
SELECT n.nspname, c.relname, a.attname, k.conname
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1]
WHERE k.contype = 'c' AND cardinality(k.conkey) = 1 AND NOT k.convalidated AND k.conislocal
  AND NOT a.atthasdef AND a.attidentity = '' AND NOT a.attnotnull
  AND pg_get_constraintdef(k.oid) ~* '^CHECK \(\(+"?[^()]*"? IS NOT NULL\)+' AND )" +
                                  user_schema("n") + " ORDER BY 1, 2, 3";

// Views of the same names are no tables; a column without a row here does not exist, which is another
// finding.
std::string const defaults_query = R"(
SELECT n.nspname, c.relname, a.attname, a.atthasdef OR a.attidentity <> ''
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped AND )" +
                                   user_schema("n") + " ORDER BY 1, 2, 3";

Finding without_default(std::string const& schema, std::string const& table, std::string const& column) {
  return {.severity = Severity::problem,
          .kind = "column-without-default",
          .object = fmt::format("column {}.{}.{}", schema, table, column),
          .undo = {{fmt::format("ALTER TABLE {} DROP COLUMN {}", qualified(schema, table),
                                postgres::quote_identifier(column))},
                   "if nothing uses it yet; its data are lost"}};
}

void check_expected(pqxx::transaction_base& transaction, Scene const& scene, std::vector<Finding>& into) {
  for (auto const& row : transaction.exec(defaults_query)) {
    if (row[3].as<bool>()) continue;
    auto const expected = std::ranges::find_if(scene.expected, [&](ExpectedColumn const& column) {
      return column.table == row[1].c_str() && column.name == row[2].c_str() &&
             (column.schema.empty() || column.schema == row[0].c_str());
    });
    if (expected == scene.expected.end()) continue;
    Finding finding = without_default(row[0].c_str(), row[1].c_str(), row[2].c_str());
    finding.message =
        fmt::format("has no default, and the migrations give it {}", expected->default_expression);
    finding.finish = {{fmt::format("ALTER TABLE {} ALTER COLUMN {} SET DEFAULT {}",
                                   qualified(row[0].c_str(), row[1].c_str()),
                                   postgres::quote_identifier(row[2].c_str()), expected->default_expression)},
                      "rows that were written meanwhile keep NULL: fill them"};
    into.push_back(std::move(finding));
  }
}

void check_not_null(pqxx::transaction_base& transaction, std::vector<Finding>& into) {
  for (auto const& row : transaction.exec(checked_query)) {
    Finding finding = without_default(row[0].c_str(), row[1].c_str(), row[2].c_str());
    bool const known =
        std::ranges::any_of(into, [&](Finding const& other) { return other.object == finding.object; });
    if (known) continue;
    finding.message = fmt::format(
        "must not be NULL by constraint {} and has no default: an application that does not know it "
        "can insert no row",
        row[3].c_str());
    finding.finish = {
        {}, "give it a default or a trigger that fills it: ALTER TABLE ... ALTER COLUMN ... SET DEFAULT ..."};
    into.push_back(std::move(finding));
  }
}

Result<std::vector<Finding>> detect(pqxx::transaction_base& transaction, Scene const& scene) {
  std::vector<Finding> findings;
  if (!scene.expected.empty()) check_expected(transaction, scene, findings);
  check_not_null(transaction, findings);
  return findings;
}

Detector describe() {
  return {.name = "column-without-default",
          .summary = "ADD COLUMN took effect, and the SET DEFAULT that belongs to it did not",
          .detect = &detect};
}

RegisterDetector const registered(&describe);

}  // namespace

}  // namespace pgdrill::migrations
