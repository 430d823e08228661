#include "harness/migrations/review/session.hpp"

#include <algorithm>

namespace pgdrill::review {

SessionFollower::SessionFollower(Section const& section, TransactionMode mode, Settings const& settings) {
  initial_ = lasting_ = before_ = settings;
  static_cast<Settings&>(session_) = settings;
  session_.in_transaction = mode == TransactionMode::wrapped ||
                            (mode == TransactionMode::one_string && section.statements.size() > 1);
}

void SessionFollower::begin_transaction() {
  if (!session_.in_transaction) before_ = lasting_;
  session_.in_transaction = session_.explicit_begin = true;
}

void SessionFollower::end_transaction(Settings const& settings) {
  lasting_ = before_ = settings;
  static_cast<Settings&>(session_) = lasting_;
  session_.in_transaction = session_.explicit_begin = false;
  session_.held.clear();
  session_.new_labels.clear();
  session_.new_types.clear();
  savepoints_.clear();
}

void SessionFollower::back_to(std::string const& savepoint) {
  auto const found = std::find_if(savepoints_.rbegin(), savepoints_.rend(),
                                  [&](Savepoint const& one) { return one.name == savepoint; });
  if (found == savepoints_.rend()) return;
  static_cast<Settings&>(session_) = found->current;
  lasting_ = found->lasting;
  savepoints_.erase(found.base(), savepoints_.end());
}

void SessionFollower::transaction(Action const& action) {
  std::string const kind = get_string(*action.node, "kind");
  if (kind == "TRANS_STMT_BEGIN" || kind == "TRANS_STMT_START") begin_transaction();
  if (kind == "TRANS_STMT_SAVEPOINT")
    savepoints_.push_back({get_string(*action.node, "savepoint_name"), session_, lasting_});
  if (kind == "TRANS_STMT_ROLLBACK_TO") back_to(get_string(*action.node, "savepoint_name"));
  bool const commits = kind == "TRANS_STMT_COMMIT" || kind == "TRANS_STMT_PREPARE";
  if (!commits && kind != "TRANS_STMT_ROLLBACK") return;
  end_transaction(commits ? lasting_ : before_);
  if (get_bool(*action.node, "chain")) begin_transaction();
}

void SessionFollower::assign(SettingChange const& change) {
  if (change.local && !session_.in_transaction) return;  // PostgreSQL warns, and does nothing
  auto const is_set = !change.values.empty();
  auto const apply_to = [&](Settings& settings) {
    if (change.name.empty()) settings = initial_;
    if (change.name == "lock_timeout")
      settings.lock_timeout = is_set ? !is_zero(change.values.front()) : initial_.lock_timeout;
    if (change.name == "statement_timeout")
      settings.statement_timeout = is_set ? !is_zero(change.values.front()) : initial_.statement_timeout;
    if (change.name == "timezone")
      settings.utc = is_set ? names_utc(change.values.front()) : initial_.utc;
    if (change.name != "search_path") return;
    settings.search_path = is_set ? change.values : initial_.search_path;
    std::erase_if(settings.search_path,
                  [](std::string const& schema) { return schema == "$user" || schema.empty(); });
  };
  apply_to(session_);
  if (!change.local) apply_to(lasting_);
}

void SessionFollower::after(std::vector<Action> const& actions, std::vector<Effect> const& effects) {
  for (std::size_t i = 0; i < actions.size(); ++i) {
    Action const& action = actions[i];
    if (action.kind == ActionKind::transaction && !action.embedded) transaction(action);
    for (SettingChange const& change : setting_changes_of(action)) assign(change);
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
