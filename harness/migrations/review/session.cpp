#include "harness/migrations/review/session.hpp"

#include <algorithm>

namespace pgdrill::review {

namespace {

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return text;
}

std::string first_value(json::value const& statement) {
  json::array const& values = list_of(find(statement, "args"));
  if (values.empty()) return {};
  std::string const text =
      get_string(values.front(), "A_Const.sval.sval", get_string(values.front(), "A_Const.sval"));
  return text.empty() ? std::to_string(get_int(values.front(), "A_Const.ival.ival")) : text;
}

}  // namespace

SessionFollower::SessionFollower(Section const& section, TransactionMode mode) {
  session_.in_transaction = mode == TransactionMode::wrapped ||
                            (mode == TransactionMode::one_string && section.statements.size() > 1);
}

void SessionFollower::end_transaction() {
  session_.in_transaction = session_.explicit_begin = false;
  session_.held.clear();
  session_.new_labels.clear();
  session_.new_types.clear();
  if (local_lock_timeout_) session_.lock_timeout = local_lock_timeout_ = false;
  if (local_statement_timeout_) session_.statement_timeout = local_statement_timeout_ = false;
}

void SessionFollower::transaction(Action const& action) {
  std::string const kind = get_string(*action.node, "kind");
  if (kind == "TRANS_STMT_BEGIN" || kind == "TRANS_STMT_START")
    session_.in_transaction = session_.explicit_begin = true;
  bool const ends =
      kind == "TRANS_STMT_COMMIT" || kind == "TRANS_STMT_ROLLBACK" || kind == "TRANS_STMT_PREPARE";
  if (ends) end_transaction();
}

void SessionFollower::variable(Action const& action) {
  std::string const name = lower(action.name);
  std::string const value = first_value(*action.node);
  bool const local = get_bool(*action.node, "is_local");
  bool const is_set = get_string(*action.node, "kind") == "VAR_SET_VALUE" && value != "0";
  if (name == "lock_timeout") {
    session_.lock_timeout = is_set;
    local_lock_timeout_ = local;
  }
  if (name == "statement_timeout") {
    session_.statement_timeout = is_set;
    local_statement_timeout_ = local;
  }
  if (name == "timezone") session_.utc = is_set && (lower(value) == "utc" || lower(value) == "etc/utc");
}

void SessionFollower::after(std::vector<Action> const& actions, std::vector<Effect> const& effects) {
  for (std::size_t i = 0; i < actions.size(); ++i) {
    Action const& action = actions[i];
    if (action.kind == ActionKind::transaction && !action.embedded) transaction(action);
    if (action.kind == ActionKind::set_variable) variable(action);
    if (!session_.in_transaction) continue;
    if (action.kind == ActionKind::add_enum_value) session_.new_labels.insert(action.name);
    if (action.kind == ActionKind::create_type)
      session_.new_types.insert(name_of_list(find(*action.node, "typeName")).name);
    for (TableLock const& lock : effects[i].locks) {
      Lock& held = session_.held[lock.table.in_public().text()];
      held = std::max(held, lock.lock);
    }
  }
}

}  // namespace pgdrill::review
