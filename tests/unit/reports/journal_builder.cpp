#include "tests/unit/reports/journal_builder.hpp"

#include <fmt/format.h>

namespace pgdrill::reports {

JournalBuilder& JournalBuilder::add(std::string_view event, json::object fields) {
  std::int64_t const seconds = t_ / 1'000'000'000;
  json::object line{{"seq", ++sequence_},
                    {"t", t_},
                    {"wall", fmt::format("2026-11-24T03:{:02}:{:02}.{:06}Z", seconds / 60, seconds % 60,
                                         t_ % 1'000'000'000 / 1000)},
                    {"run", "rabcd1234"},
                    {"event", event}};
  for (auto const& field : fields) line[field.key()] = field.value();
  text_ += json::serialize(line) + "\n";
  return *this;
}

JournalBuilder& JournalBuilder::sample(std::string_view probe, std::string_view sample_class,
                                       std::string_view status) {
  return add("sample", {{"probe", probe},
                        {"class", sample_class},
                        {"scheduled_ns", t_},
                        {"started_ns", t_},
                        {"ended_ns", t_ + 2'000'000},
                        {"status", status}});
}

JournalBuilder& JournalBuilder::mark(std::string_view name) {
  return add("mark", {{"name", name}, {"step", "restore"}, {"source", "test"}});
}

JournalBuilder& JournalBuilder::step(std::string_view id, std::string_view status, double seconds,
                                     json::object error) {
  double const end = static_cast<double>(t_) / 1e9 + seconds;
  add("step-started", {{"step", id}, {"kind", id}, {"title", fmt::format("does {}", id)}});
  at(end);
  json::object fields{
      {"step", id}, {"status", status}, {"duration_ns", static_cast<std::int64_t>(seconds * 1e9)}};
  if (!error.empty()) fields["error"] = std::move(error);
  return add("step-finished", std::move(fields));
}

JournalBuilder& JournalBuilder::check(std::string_view name, std::string_view subject,
                                      std::string_view status, json::array details) {
  return add("check", {{"name", name},
                       {"subject", subject},
                       {"step", "verify"},
                       {"status", status},
                       {"expected", "as captured"},
                       {"observed", status == "passed" ? "as captured" : "different"},
                       {"details", std::move(details)}});
}

Run JournalBuilder::run() const {
  Run run;
  std::size_t begin = 0;
  while (begin < text_.size()) {
    std::size_t const end = text_.find('\n', begin);
    add_event(run, parse_json(std::string_view(text_).substr(begin, end - begin)).value().as_object());
    begin = end + 1;
  }
  sort_samples(run);
  return run;
}

JournalBuilder started_run() {
  JournalBuilder journal;
  json::object const scenario{{"name", "data-rollback"},
                              {"title", "A migration corrupts a table"},
                              {"file", "scenarios/data-rollback.yaml"},
                              {"sha256", "ab12"}};
  json::object const target{{"namespace", "develop"}, {"cluster", "orders"}, {"database", "app"},
                            {"service", "orders-db"}, {"context", "test"},   {"postgres", "15.18"}};
  json::array const objectives{{{"name", "rto"}, {"limit_ns", 60'000'000'000}, {"unit", "s"}},
                               {{"name", "rpo"}, {"limit_ns", 0}, {"unit", "s"}},
                               {{"name", "integrity"}, {"limit_count", 0}, {"unit", "differences"}}};
  json::array const probes{{{"name", "heartbeat"}, {"kind", "heartbeat"}, {"rto", true}},
                           {{"name", "application"}, {"kind", "application-query"}, {"rto", true}},
                           {{"name", "ledger"}, {"kind", "ledger"}, {"rto", false}}};
  json::array const steps{
      {{"id", "commit-migration"}, {"kind", "commit-migration"}, {"title", "does commit-migration"}},
      {{"id", "verify"}, {"kind", "verify"}, {"title", "does verify"}}};
  journal.add("run-started", {{"scenario", scenario},
                              {"pgdrill", {{"version", "0.1.0"}}},
                              {"seed", 1},
                              {"target", target},
                              {"objectives", objectives},
                              {"probes", probes},
                              {"steps", steps}});
  return journal;
}

JournalBuilder passing_run() {
  JournalBuilder journal = started_run();
  journal.add("undo-announced",
              {{"id", "1"}, {"kind", "delete-object"}, {"summary", "delete Cluster develop/orders-r"}});
  for (int i = 1; i < 10; ++i)
    journal.at(i).sample("heartbeat", "write", "right").sample("application", "query", "right");
  journal.at(9).step("commit-migration", "ok", 1).mark("damage-done");
  journal.add("witness", {{"subject", "commit-migration"},
                          {"status", "seen"},
                          {"channel", "digest"},
                          {"expected", "1429 rows"},
                          {"observed", "1429 rows"},
                          {"detail", ""}});
  for (int i = 10; i < 30; ++i) {
    journal.at(i)
        .sample("heartbeat", "write", i < 25 || i > 26 ? "right" : "failed")
        .sample("application", "query", "wrong");
    if (i == 12) journal.mark("detected").mark("decided");
    if (i == 15) journal.mark("revert-applied").mark("restore-requested");
    if (i == 20) journal.mark("base-restored");
    if (i == 23) journal.mark("replay-stopped").mark("promoted").mark("cluster-ready");
    if (i == 27) journal.mark("cut-over").mark("reconnected");
  }
  for (int i = 30; i < 35; ++i)
    journal.at(i).sample("heartbeat", "write", "right").sample("application", "query", "right");
  journal.add("ledger-verdict", {{"probe", "ledger"},
                                 {"acked", 90},
                                 {"failed", 3},
                                 {"unknown", 1},
                                 {"present", 60},
                                 {"rightly_absent", 30},
                                 {"lost", json::array()},
                                 {"resurrected", json::array()},
                                 {"duplicated", json::array()},
                                 {"altered", json::array()},
                                 {"rpo_ns", 0}});
  journal.at(34).step("verify", "ok", 1);
  for (std::string_view const subject : {"schema", "data", "marker", "ledger", "history", "writes"}) {
    journal.check(subject, subject, "passed");
  }
  journal.at(36).mark("verified").add("undo-started", {{"id", "1"}});
  journal.at(37).add("undo-finished", {{"id", "1"}, {"status", "done"}});
  return journal.add("run-finished", {{"status", "completed"}});
}

}  // namespace pgdrill::reports
