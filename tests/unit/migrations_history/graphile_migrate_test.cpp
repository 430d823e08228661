#include "tests/unit/migrations_history/histories.hpp"

namespace pgdrill::migrations {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(GraphileMigrate, CommittedFilesCarryTheirHash) {
  auto found = history_after("graphile-migrate",
                             "CREATE SCHEMA graphile_migrate; CREATE TABLE graphile_migrate.migrations (hash "
                             "text PRIMARY KEY, previous_hash text REFERENCES graphile_migrate.migrations, "
                             "filename text NOT NULL, date timestamptz NOT NULL DEFAULT now()); "
                             "INSERT INTO graphile_migrate.migrations VALUES ('sha1:a', NULL, '000001.sql')");
  EXPECT_THAT(pending_versions(compare_with(
                  found, sources({{"committed/000001.sql", "--! Previous: -\n--! Hash: sha1:a\n"},
                                  {"committed/000002-x.sql", "--! Previous: sha1:a\n--! Hash: sha1:b\n"},
                                  {"current.sql", ""}}))),
              ElementsAre("000002-x.sql"));
}

}  // namespace
}  // namespace pgdrill::migrations
