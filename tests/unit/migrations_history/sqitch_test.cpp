#include "tests/unit/migrations_history/histories.hpp"

namespace pgdrill::migrations {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char const* schema = R"(
CREATE SCHEMA sqitch; SET search_path = sqitch;
CREATE TABLE releases (version real PRIMARY KEY, installed_at timestamptz NOT NULL DEFAULT now(), installer_name text NOT NULL, installer_email text NOT NULL);
CREATE TABLE projects (project text PRIMARY KEY, uri text UNIQUE, created_at timestamptz NOT NULL DEFAULT now(), creator_name text NOT NULL, creator_email text NOT NULL);
CREATE TABLE changes (change_id text PRIMARY KEY, script_hash text, change text NOT NULL, project text NOT NULL, note text NOT NULL DEFAULT '',
  committed_at timestamptz NOT NULL DEFAULT now(), committer_name text NOT NULL, committer_email text NOT NULL,
  planned_at timestamptz NOT NULL, planner_name text NOT NULL, planner_email text NOT NULL, UNIQUE (project, script_hash));
CREATE TABLE events (event text NOT NULL CHECK (event IN ('deploy', 'revert', 'fail', 'merge')), change_id text NOT NULL, change text NOT NULL,
  project text NOT NULL, note text NOT NULL DEFAULT '', requires text[] NOT NULL DEFAULT '{}', conflicts text[] NOT NULL DEFAULT '{}',
  tags text[] NOT NULL DEFAULT '{}', committed_at timestamptz NOT NULL DEFAULT clock_timestamp(), committer_name text NOT NULL,
  committer_email text NOT NULL, planned_at timestamptz NOT NULL, planner_name text NOT NULL, planner_email text NOT NULL,
  PRIMARY KEY (change_id, committed_at));
)";

std::string change(std::string const& id, std::string const& name, std::string const& hash, int second) {
  auto const at = "'2026-01-01 00:00:0" + std::to_string(second) + "+00'";
  return "INSERT INTO changes VALUES ('" + id + "', '" + hash + "', '" + name + "', 'shop', '', " + at +
         ", 'a', 'a', " + at + ", 'a', 'a');" + "INSERT INTO events VALUES ('deploy', '" + id + "', '" +
         name + "', 'shop', '', '{}', '{}', '{}', " + at + ", 'a', 'a', " + at + ", 'a', 'a');";
}

std::string event(std::string const& kind, std::string const& id, std::string const& name, int second) {
  auto const at = "'2026-01-01 00:00:0" + std::to_string(second) + "+00'";
  return "INSERT INTO events VALUES ('" + kind + "', '" + id + "', '" + name +
         "', 'shop', '', '{}', '{}', '{}', " + at + ", 'a', 'a', " + at + ", 'a', 'a');";
}

constexpr char const* plan =
    "%syntax-version=1.0.0\n%project=shop\n\norders 2026-01-01T00:00:00Z A <a@example.org> # first\n"
    "total [orders] 2026-01-01T00:00:01Z A <a@example.org> # second\n@v1 2026-01-01T00:00:02Z A "
    "<a@example.org>\n"
    "total [total@v1] 2026-01-01T00:00:03Z A <a@example.org> # reworked\nindex 2026-01-01T00:00:04Z A "
    "<a@example.org>\n";

TEST(Sqitch, TheLogTellsFailuresAndThePlanWhatIsPending) {
  auto found =
      history_after("sqitch", schema + change("1a", "orders", "x", 1) + change("2b", "total", "y", 2) +
                                  event("fail", "4d", "index", 3) + event("revert", "9z", "old", 4));
  EXPECT_EQ(version_of(found.history.last(RunState::applied)), "total");
  EXPECT_EQ(version_of(found.history.last_failure()), "index");
  EXPECT_THAT(pending_versions(compare_with(found, sources({{"sqitch.plan", plan}}))),
              ElementsAre("total#2", "index"));
}

TEST(Sqitch, ADeployThatEndedInAFailureIsDirty) {
  auto const found =
      history_after("sqitch", schema + change("1a", "orders", "x", 1) + event("fail", "2b", "total", 2));
  EXPECT_THAT(said(found.history.findings), ElementsAre("problem dirty-history change total"));
}

TEST(Sqitch, TheHashOfADeployScriptIsItsSha1) {
  // printf 'SELECT 1;\n' | sha1sum
  auto const sql = schema + change("1a", "orders", "f9f2c4b0bfd0ff8b9d2b1d3f1a2d8e14e1bf0bb5", 1);
  auto found = history_after("sqitch", sql);
  auto const files = sources({{"sqitch.plan", "orders 2026-01-01T00:00:00Z A <a@example.org>\n"},
                              {"deploy/orders.sql", "SELECT 1;\n"}});
  EXPECT_THAT(said(compare_with(found, files).findings),
              ElementsAre("problem changed-checksum migration orders"));
}

}  // namespace
}  // namespace pgdrill::migrations
