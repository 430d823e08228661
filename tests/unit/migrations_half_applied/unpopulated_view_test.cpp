#include "tests/unit/migrations_half_applied/half_applied.hpp"

namespace pgdrill::migrations {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

State const state{.detector = "unpopulated-view",
                  .base = "CREATE TABLE t (id int)",
                  .made_by = {"CREATE MATERIALIZED VIEW v AS SELECT * FROM t WITH NO DATA"}};

TEST(UnpopulatedView, IsFilledOrDropped) {
  finish(state, make(state));
  undo(state, make(state));
}

}  // namespace
}  // namespace pgdrill::migrations
