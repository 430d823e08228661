// Journals and histories for tests of the gate.
#pragma once
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "harness/base/files.hpp"
#include "reports/gate/gate.hpp"

namespace pgdrill::reports {

class Gate : public testing::Test {
 protected:
  void SetUp() override { directory_ = make_temporary_directory().value(); }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  /// The journal of a drill in which one probe gave wrong answers for so many seconds.
  std::filesystem::path journal(std::string const& name, double rto, std::string const& sha = "ab12",
                                json::object const& thresholds = {}) const {
    std::string text;
    auto const add = [&](std::string_view event, json::object fields) {
      fields["run"] = "r" + name;
      fields["wall"] = fmt::format("2026-11-24T03:{:02}:00.000000Z", minute_);
      fields["event"] = event;
      text += json::serialize(fields) + "\n";
    };
    add("run-started",
        {{"gate", thresholds},
         {"scenario", {{"name", "data-rollback"}, {"sha256", sha}}},
         {"target", {{"cluster", "orders"}, {"postgres", "15.18"}}},
         {"objectives", json::array{{{"name", "rto"}, {"limit_ns", 100'000'000'000}, {"unit", "s"}}}},
         {"probes", json::array{{{"name", "heartbeat"}, {"rto", true}}}}});
    auto const sample = [&](double at, std::string_view status) {
      auto const t = static_cast<std::int64_t>(at * 1e9);
      add("sample", {{"probe", "heartbeat"},
                     {"class", "write"},
                     {"scheduled_ns", t},
                     {"started_ns", t},
                     {"ended_ns", t},
                     {"status", status}});
    };
    sample(1, "right");
    sample(2, "wrong");
    sample(2 + rto, "right");
    add("run-finished", {{"status", "completed"}});
    std::filesystem::path const file = directory_ / name / "journal.jsonl";
    std::filesystem::create_directories(file.parent_path());
    EXPECT_TRUE(write_file_atomically(file, text).has_value());
    ++minute_;
    return file;
  }

  /// Eight steady runs on branch main.
  std::filesystem::path steady_history(std::string const& file = "history.jsonl") const {
    std::filesystem::path const history = directory_ / file;
    for (int i = 0; i < 8; ++i) {
      RunSummary const summary = summarize_journal(journal("h" + std::to_string(i), 40 + i % 3)).value();
      HistoryRun run = history_run({summary}).value();
      run.branch = "main";
      EXPECT_TRUE(append_run(history, run).has_value());
    }
    return history;
  }

  GateReport gate(GateRequest const& request) const {
    Result<GateReport> report = run_gate(request);
    EXPECT_TRUE(report.has_value()) << describe(report.error());
    return report.value_or(GateReport());
  }

  std::filesystem::path directory_;
  mutable int minute_ = 0;
};

}  // namespace pgdrill::reports
