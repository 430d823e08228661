// What review --rewrite writes and audit finds are one: an expansion that stops after its trigger is told by
// its name, and finished by the statement that the audit gives.
#include <gmock/gmock.h>

#include <filesystem>

#include "harness/base/files.hpp"
#include "harness/base/json.hpp"
#include "tests/support/command.hpp"
#include "tests/support/postgres_server.hpp"

namespace pgdrill::test {
namespace {

std::string const people =
    "CREATE TABLE people (id int PRIMARY KEY, full_name text NOT NULL);"
    "INSERT INTO people SELECT i, 'F' || i || ' L' || i FROM generate_series(1, 10) i;";

class HalfAppliedRewrite : public testing::TestWithParam<std::pair<char const*, char const*>> {
 protected:
  [[nodiscard]] std::string url() const {
    return "postgresql://" + database_.user + "@" +
           (database_.host_address.empty() ? database_.host : database_.host_address) + ":" +
           std::to_string(database_.port) + "/" + database_.database + "?sslmode=disable";
  }
  [[nodiscard]] json::value audit() const {
    return parse_json(run({PGDRILL_BINARY, "audit", "--database", url(), "-o", "json"}).out)
        .value_or(nullptr);
  }
  /// The findings of one kind.
  [[nodiscard]] std::vector<json::value> found(std::string const& kind) const {
    json::value const document = audit();
    std::vector<json::value> findings;
    for (json::value const& finding : find(document, "findings")->as_array()) {
      if (get_string(finding, "kind") == kind) findings.push_back(finding);
    }
    return findings;
  }

  postgres::ConnectionParameters database_ = PostgresServer::shared().fresh_database(people);
  TemporaryDirectory files_;
};

TEST_P(HalfAppliedRewrite, IsFoundAndFinished) {
  std::string const change = (files_.path() / "change.sql").string();
  ASSERT_TRUE(write_file_atomically(change, GetParam().second));
  std::filesystem::path const phases = files_.path() / "phases";
  CommandResult const written =
      run({PGDRILL_BINARY, "review", "--rewrite", phases.string(), "--database", url(), change});
  ASSERT_EQ(written.exit_code, 0) << written.err;
  std::vector<std::filesystem::path> ups;
  for (auto const& entry : std::filesystem::directory_iterator(phases)) {
    std::string const name = entry.path().filename().string();
    bool const before_backfill =
        name.find("_expand_") != std::string::npos || name.find("_dual_write_") != std::string::npos;
    if (before_backfill && name.ends_with(".up.sql")) ups.push_back(entry.path());
  }
  std::sort(ups.begin(), ups.end());
  ASSERT_GE(ups.size(), 2U);
  for (std::filesystem::path const& up : ups) run_sql(database_, read_file(up).value_or(""));
  std::vector<json::value> const findings = found("trigger-without-backfill");
  ASSERT_FALSE(findings.empty());
  for (json::value const& finding : findings) {
    for (json::value const& statement : find(finding, "finish.statements")->as_array())
      run_sql(database_, std::string(statement.as_string()));
  }
  EXPECT_THAT(found("trigger-without-backfill"), testing::IsEmpty());
  EXPECT_THAT(found("stopped-backfill"), testing::IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, HalfAppliedRewrite,
    testing::Values(std::pair("Rename", "ALTER TABLE people RENAME COLUMN full_name TO name;"),
                    std::pair("Type", "ALTER TABLE people ALTER COLUMN full_name TYPE varchar(80);"),
                    std::pair("Split",
                              "ALTER TABLE people ADD COLUMN first_name text, ADD COLUMN last_name text;"
                              "UPDATE people SET first_name = split_part(full_name, ' ', 1),"
                              " last_name = split_part(full_name, ' ', 2);"
                              "ALTER TABLE people DROP COLUMN full_name;"),
                    std::pair("Extract",
                              "CREATE TABLE names (person_id int PRIMARY KEY REFERENCES people (id),"
                              " full_name text);"
                              "INSERT INTO names (person_id, full_name) SELECT id, full_name FROM people;"
                              "ALTER TABLE people DROP COLUMN full_name;")),
    [](auto const& info) { return info.param.first; });

}  // namespace
}  // namespace pgdrill::test
