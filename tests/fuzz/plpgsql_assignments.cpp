// Sources of trigger functions, in which assignments to NEW are looked for.
#include "harness/migrations/half_applied/sync_triggers.hpp"
#include "tests/fuzz/fuzz_target.hpp"

FUZZ_TARGET(plpgsql_assignments) {
  using namespace pgdrill;
  for (migrations::Assignment const& assignment : migrations::find_assignments(input)) {
    fuzz::require(!assignment.sources.empty(), "an assignment derives from other columns");
    fuzz::require(input.find(assignment.expression) != std::string_view::npos,
                  "an expression stands in the source");
  }
}
