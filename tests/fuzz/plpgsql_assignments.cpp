// Sources of trigger functions, in which assignments to NEW and writes of tables are looked for.
#include "harness/migrations/half_applied/copy_triggers.hpp"
#include "harness/migrations/half_applied/sync_triggers.hpp"
#include "tests/fuzz/fuzz_target.hpp"

FUZZ_TARGET(plpgsql_assignments) {
  using namespace pgdrill;
  for (migrations::Assignment const& assignment : migrations::find_assignments(input)) {
    fuzz::require(!assignment.sources.empty(), "an assignment derives from other columns");
    fuzz::require(input.find(assignment.expression) != std::string_view::npos,
                  "an expression stands in the source");
  }
  for (migrations::TableWrite const& write : migrations::find_writes(input)) {
    fuzz::require(!write.table.empty(), "a table has a name");
    for (auto const& pair : write.copied)
      fuzz::require(!pair.target.empty() && !pair.source.empty(), "columns have names");
  }
}
