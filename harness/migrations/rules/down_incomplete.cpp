// down-incomplete: a down migration does not lead back. Found by replaying up and down (reviewer.cpp).
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_down_incomplete {
namespace {

Rule describe() {
  return {.id = "down-incomplete",
          .summary = "a down migration does not lead back to what was before its up migration",
          .why =
              "Tables, columns, types, NOT NULL, defaults and constraints are followed through up and down; "
              "what is "
              "left or missing afterwards makes the next up, or the former version, fail.",
          .instead = "undo in the down section what the up section does, in the opposite order",
          .severity = Severity::warning};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_down_incomplete
