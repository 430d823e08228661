// Follows BEGIN, COMMIT, SET and the locks that a transaction holds.
#pragma once
#include "harness/migrations/review/setting_change.hpp"
#include "harness/migrations/review/effect.hpp"
#include "harness/migrations/review/sql_file.hpp"

namespace pgdrill::review {

class SessionFollower {
 public:
  /// `settings`: those that the session begins with.
  SessionFollower(Section const& section, TransactionMode mode, Settings const& settings);
  [[nodiscard]] Session const& session() const { return session_; }
  /// To be called after the statement was reviewed.
  void after(std::vector<Action> const& actions, std::vector<Effect> const& effects);

 private:
  struct Savepoint {
    std::string name;
    Settings current;
    Settings lasting;
  };

  void transaction(Action const& action);
  void begin_transaction();
  void end_transaction(Settings const& settings);
  void back_to(std::string const& savepoint);
  void assign(SettingChange const& change);

  Session session_;
  Settings initial_;
  Settings lasting_;  ///< those of the session, without the transaction's own (SET LOCAL)
  Settings before_;   ///< `lasting_` when the transaction began: ROLLBACK brings them back
  std::vector<Savepoint> savepoints_;
};

}  // namespace pgdrill::review
