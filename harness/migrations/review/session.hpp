// Follows BEGIN, COMMIT, SET and the locks that a transaction holds.
#pragma once
#include "harness/migrations/review/effect.hpp"
#include "harness/migrations/review/sql_file.hpp"

namespace pgdrill::review {

class SessionFollower {
 public:
  SessionFollower(Section const& section, TransactionMode mode);
  [[nodiscard]] Session const& session() const { return session_; }
  /// To be called after the statement was reviewed.
  void after(std::vector<Action> const& actions, std::vector<Effect> const& effects);

 private:
  void transaction(Action const& action);
  void variable(Action const& action);
  void end_transaction();

  Session session_;
  bool local_lock_timeout_ = false;
  bool local_statement_timeout_ = false;
};

}  // namespace pgdrill::review
