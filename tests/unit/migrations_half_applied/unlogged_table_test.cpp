#include "tests/unit/migrations_half_applied/half_applied.hpp"

namespace pgdrill::migrations {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

State const state{.detector = "unlogged-table",
                  .base = "CREATE TABLE t (id int)",
                  .made_by = {"ALTER TABLE t SET UNLOGGED"}};

TEST(UnloggedTable, IsMadeLoggedAgain) {
  finish(state, make(state));
  undo(state, make(state));
}

}  // namespace
}  // namespace pgdrill::migrations
