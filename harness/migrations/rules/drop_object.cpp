// drop-object: an object goes that the running version may use.
#include <fmt/format.h>

#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_drop_object {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::drop_object, [&](Action const& action, Effect const& effect) {
    if (!effect.breaks_old.empty())
      findings.add(review, action,
                   fmt::format("{}{}{}: {}{}", action.object, action.name.empty() ? "" : " ", action.name,
                               effect.breaks_old,
                               effect.undo == Undo::impossible ? "; " + effect.undo_how : std::string()));
  });
}

Rule describe() {
  return {.id = "drop-object",
          .summary = "an object goes that the running version may use",
          .why =
              "Views, functions, types, sequences and schemas are used by name; PostgreSQL does not track "
              "uses in function bodies and in applications.",
          .instead = "deploy first a version that does not use it",
          .severity = Severity::warning,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_drop_object
