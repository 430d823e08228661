#include "tests/unit/migrations_half_applied/half_applied.hpp"

namespace pgdrill::migrations {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

State const state{.detector = "autovacuum-off",
                  .base = "CREATE TABLE t (id int)",
                  .made_by = {"ALTER TABLE t SET (autovacuum_enabled = off, fillfactor = 90)"}};

TEST(AutovacuumOff, IsResetAndOtherSettingsStay) {
  auto const database = make(state);
  finish(state, database);
  EXPECT_EQ(test::query_value(database,
                              "SELECT array_to_string(reloptions, ',') FROM pg_class WHERE relname = 't'"),
            "fillfactor=90");
}

}  // namespace
}  // namespace pgdrill::migrations
