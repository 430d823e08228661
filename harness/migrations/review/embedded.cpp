#include "harness/migrations/review/embedded.hpp"

namespace pgdrill::review {

void FunctionBodies::add(std::string const& block, Statement const& statement, StatementReview& review) {
  for (EmbeddedSql const& sql : embedded_statements(block)) {
    auto parsed = parse_statement(sql.text);
    if (!parsed) continue;  // EXECUTE of text that is put together at run time: a rule of its own names it
    auto owned = std::make_unique<ParsedStatement>(*std::move(parsed));
    std::size_t const at = statement.text.find(sql.text);
    for (Action action : actions_of(*owned, sql.text)) {
      action.embedded = true;
      action.batched = sql.in_loop && sql.commits;
      action.offset = at == std::string::npos ? 0 : at + action.offset;
      review.actions.push_back(std::move(action));
    }
    review.embedded.push_back(std::move(owned));
  }
}

void FunctionBodies::add_embedded(Statement const& statement, StatementReview& review) {
  std::string const& kind = statement.parsed->kind;
  if (kind == "DoStmt") add(statement.text, statement, review);
  if (kind == "CreateFunctionStmt")
    bodies_[name_of_list(find(statement.parsed->node, "funcname")).name] = statement.text;
  if (kind != "SelectStmt" && kind != "CallStmt") return;
  for (std::string const& function : functions_in(statement.parsed->node)) {
    if (auto const body = bodies_.find(function); body != bodies_.end()) add(body->second, statement, review);
  }
}

}  // namespace pgdrill::review
