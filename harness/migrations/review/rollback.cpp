#include "harness/migrations/review/rollback.hpp"

namespace pgdrill::review {

Rollback rollback_of(SectionReview const& section) {
  Rollback rollback;
  for (StatementReview const& statement : section.statements) {
    for (Effect const& effect : statement.effects) {
      if (rollback.former_version_fails.empty()) rollback.former_version_fails = effect.breaks_old;
      if (effect.undo != Undo::impossible || !rollback.not_undone.empty()) continue;
      rollback.not_undone = effect.undo_how;
      rollback.point_of_no_return = statement.offset;
    }
  }
  return rollback;
}

}  // namespace pgdrill::review
