// dynamic-sql: a statement is put together at run time and is not reviewed.
#include "harness/migrations/review/parser.hpp"
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_dynamic_sql {
namespace {

void check(Review const& review, Findings& findings) {
  if (!review.statement->parsed || review.statement->parsed->kind != "DoStmt") return;
  for (EmbeddedSql const& sql : embedded_statements(review.statement->text)) {
    if (!sql.dynamic || !sql.text.empty()) continue;
    std::size_t const at = review.statement->text.find("EXECUTE");
    findings.add(review, Action{.offset = at == std::string::npos ? 0 : at},
                 "EXECUTE of text that is put together at run time is not reviewed");
    return;
  }
}

Rule describe() {
  return {.id = "dynamic-sql",
          .summary = "a statement is put together at run time and is not reviewed",
          .why = "EXECUTE of a text that is not a literal can do anything.",
          .instead = "write the statements out",
          .severity = Severity::warning,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_dynamic_sql
