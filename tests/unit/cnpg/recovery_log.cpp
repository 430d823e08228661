#include "harness/cnpg/recovery_log.hpp"

#include <gmock/gmock.h>

#include "harness/base/files.hpp"
#include "harness/base/json.hpp"
#include "harness/base/text.hpp"

namespace pgdrill::cnpg {
namespace {

RecoveryLog fold_recording(std::string const& name) {
  auto const text = read_file(std::filesystem::path(PGDRILL_SOURCE_DIR) / "tests/data/recovery" / name);
  EXPECT_TRUE(text);
  RecoveryLog log;
  for (auto const& line : split(*text, '\n')) log.feed(line);
  return log;
}

std::vector<RecoveryStage> stages(RecoveryLog const& log) {
  std::vector<RecoveryStage> result;
  for (auto const& mark : log.marks()) result.push_back(mark.stage);
  return result;
}

TEST(RecoveryLog, RecordedUnreachableTarget) {
  auto const log = fold_recording("target-not-reached.jsonl");
  EXPECT_THAT(stages(log), testing::ElementsAre(RecoveryStage::base_restore_started,
                                                RecoveryStage::base_restored, RecoveryStage::replay_started));
  EXPECT_THAT(log.marks()[0].at, testing::StartsWith("2026-11-24T03:0"));
  ASSERT_TRUE(log.failure());
  EXPECT_EQ(log.failure()->cause, "target-not-reached");
  EXPECT_EQ(log.last_transaction_time(), "2026-11-24 03:02:16.559801+00");
  EXPECT_THAT(log.failure()->why, testing::HasSubstr("2026-11-24 03:02:16.559801+00"));
  EXPECT_THAT(log.failure()->todo, testing::HasSubstr("archive"));
}

TEST(RecoveryLog, RecordedTargetBeforeTheFirstBackup) {
  auto const log = fold_recording("no-backup.jsonl");
  EXPECT_TRUE(log.marks().empty());
  ASSERT_TRUE(log.failure());
  EXPECT_EQ(log.failure()->cause, "no-target-backup");
}

TEST(RecoveryLog, PostgresOwnTimeOfALineIsKeptInUtcOnly) {
  auto const logged_at = [](std::string const& time) {
    boost::json::object const record{
        {"log_time", time}, {"error_severity", "LOG"}, {"message", "redo starts at 0/5000028"}};
    RecoveryLog log;
    auto const mark = log.feed(boost::json::serialize(
        boost::json::object{{"ts", "2026-11-24T03:02:43.363210187Z"}, {"record", record}}));
    return mark ? mark->logged_at : "no mark";
  };
  EXPECT_EQ(logged_at("2026-11-24 03:02:43.360 UTC"), "2026-11-24T03:02:43.360Z");
  EXPECT_EQ(logged_at("2026-11-24 04:02:43.360 CET"), "") << "which CET is not known";
  EXPECT_EQ(logged_at("UTC"), "");
}

std::string postgres_line(std::string const& severity, std::string const& message) {
  boost::json::object const line = {{"level", "info"},
                                    {"ts", "2026-11-24T03:02:13Z"},
                                    {"logger", "postgres"},
                                    {"msg", "record"},
                                    {"record", {{"error_severity", severity}, {"message", message}}}};
  return boost::json::serialize(line);
}

TEST(RecoveryLog, GoodRecoveryHasAllStagesOnceAndNoFailure) {
  RecoveryLog log;
  log.feed(R"({"level":"info","ts":"2026-11-24T03:02:10Z","msg":"Starting barman-cloud-restore"})");
  log.feed(R"({"level":"info","ts":"2026-11-24T03:02:11Z","msg":"Restore completed"})");
  EXPECT_TRUE(log.feed(postgres_line("LOG", "redo starts at 0/5000028")));
  EXPECT_FALSE(log.feed(postgres_line("LOG", "redo starts at 0/5000028"))) << "a stage is reported once";
  log.feed(postgres_line("FATAL", "the database system is starting up"));
  log.feed(postgres_line("LOG", "recovery stopping at restore point \"rb-1\", time 2026-11-24 03:02:13+00"));
  auto const promoted = log.feed(postgres_line("LOG", "selected new timeline ID: 2"));
  ASSERT_TRUE(promoted);
  EXPECT_EQ(promoted->detail, "selected new timeline ID: 2");
  EXPECT_EQ(promoted->at, "2026-11-24T03:02:13Z");
  EXPECT_EQ(log.marks().size(), 5U);
  EXPECT_FALSE(log.failure());
}

TEST(RecoveryLog, NamesTheCauseAmongItsConsequences) {
  struct Case {
    std::vector<std::string> lines;
    std::string cause;
  };
  std::vector<Case> const cases = {
      {{postgres_line("FATAL", "WAL ends before end of online backup"),
        R"({"level":"error","msg":"restore error","error":"while waiting for PostgreSQL to stop recovery mode"})"},
       "wal-hole"},
      {{R"({"level":"error","msg":"restore error","error":"no target backup found"})",
        R"({"level":"error","msg":"mkdir","error":"No space left on device"})"},
       "no-target-backup"},
      {{R"({"level":"error","msg":"mkdir","error":"No space left on device"})",
        R"({"level":"error","msg":"restore error","error":"no target backup found"})"},
       "no-target-backup"},
      {{"ERROR: WAL archive check failed for server orders: Expected empty archive"}, "archive-not-empty"},
      {{R"({"level":"info","logger":"pg_ctl","msg":"LOG: invalid value for parameter \"recovery_target_time\": \"x\""})"},
       "bad-configuration"},
      {{postgres_line("FATAL", "recovery target timeline 2 does not exist")}, "timeline-missing"},
      {{postgres_line("FATAL", "requested timeline 3 is not a child of this server's history")},
       "timeline-diverged"},
      {{R"({"level":"error","msg":"restore error","error":"something new"})"}, "unknown"},
  };
  for (auto const& one : cases) {
    RecoveryLog log;
    for (auto const& line : one.lines) log.feed(line);
    ASSERT_TRUE(log.failure()) << one.cause;
    EXPECT_EQ(log.failure()->cause, one.cause);
    EXPECT_FALSE(log.failure()->todo.empty());
  }
}

TEST(RecoveryLog, LinesThatAreNoJsonDoNoHarm) {
  RecoveryLog log;
  for (auto const* line : {"", "{", "null", "[]", "\"text\"", "{\"record\":7}", "{\"msg\":null}"})
    log.feed(line);
  EXPECT_TRUE(log.marks().empty());
  EXPECT_FALSE(log.failure());
}

TEST(RecoveryLog, BecomesAnErrorThatSaysWhatToDo) {
  auto const error = to_error({"wal-hole", "WAL ends", "restore from another backup"}, "Pod develop/r1");
  EXPECT_EQ(error.where, "Pod develop/r1");
  EXPECT_THAT(describe(error),
              testing::AllOf(testing::HasSubstr("wal-hole"), testing::HasSubstr("another backup")));
}

}  // namespace
}  // namespace pgdrill::cnpg
