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

JournalBuilder& JournalBuilder::clock(std::string_view clock, std::string_view mark, std::string_view source,
                                      std::string_view at) {
  add("clock-offset", {{"clock", clock},
                       {"step", "restore"},
                       {"seen_by", "test"},
                       {"least_ns", -200'000'000},
                       {"most_ns", 300'000'000}});
  return add("clock", {{"mark", mark},
                       {"order", "same"},
                       {"step", "restore"},
                       {"source", source},
                       {"clock", clock},
                       {"at", at},
                       {"resolution_ns", 1'000'000'000}});
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
  json::array const steps{{{"id", "commit-migration"},
                           {"kind", "commit-migration"},
                           {"title", "does commit-migration"},
                           {"effect", true}},
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
    if (i == 23) {
      journal.mark("replay-stopped").mark("promoted").mark("cluster-ready");
      journal.clock("kubernetes", "cluster-ready", "Cluster orders-r: condition Ready, lastTransitionTime",
                    "2026-11-24T03:00:22Z");
    }
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
                                 {"split_brain", json::array()},
                                 {"rpo_ns", 0}});
  journal.at(34).step("verify", "ok", 1);
  for (std::string_view const subject : {"schema", "data", "marker", "ledger", "history", "writes"}) {
    journal.check(subject, subject, "passed");
  }
  journal.at(36).mark("verified").add("undo-started", {{"id", "1"}});
  journal.at(37).add("undo-finished", {{"id", "1"}, {"status", "done"}});
  return journal.add("run-finished", {{"status", "completed"}});
}

namespace {

void add_facts(JournalBuilder& journal) {
  auto const fact = [&](std::string_view name, json::object value) {
    journal.add("fact", {{"name", name}, {"value", std::move(value)}});
  };
  fact(
      "environment",
      {{"postgres", "15.18 (Debian 15.18-1)"}, {"kubernetes", "v1.34.0"}, {"size_class", "under 1e8 bytes"}});
  fact("cluster-before", {{"name", "orders"},
                          {"system_id", "7711689027451165726"},
                          {"timeline", 1},
                          {"retention_policy", "30d"},
                          {"retention_source", "ObjectStore develop/store"}});
  fact("backup", {{"backup_id", "20261124T010000"}, {"begin_lsn", "0/3000028"}, {"end_lsn", "0/4022888"}});
  fact("captured-target", {{"backup_id", "20261124T010000"},
                           {"wal", "000000010000000000000005"},
                           {"time", "2026-11-24T03:00:05.000000Z"},
                           {"lsn", "0/5000000"},
                           {"restore_point", "pgdrill-known-good"},
                           {"timeline", 1}});
  fact("migration", {{"commit", "f75c8756e7f70f1e307229c57a51b6e867d4c97b"},
                     {"repository", "app"},
                     {"branch", "main"},
                     {"kustomization", "migrations"}});
  fact("restore-manifest",
       {{"metadata", {{"name", "orders-r"}, {"labels", {{"pgdrill.io/run", "rabcd1234"}}}}},
        {"spec", {{"instances", 1}, {"backup", {{"barmanObjectStore", {{"serverName", "orders-r"}}}}}}}});
  fact("restore", {{"cluster", "orders-r"}, {"target", "known-good"}, {"by", "name"}});
}

}  // namespace

JournalBuilder failing_run() {
  JournalBuilder journal = passing_run();
  journal.at(5);
  add_facts(journal);
  journal.at(11).add("trigger", {{"step", "kill-primary"},
                                 {"condition", "after: damage-done"},
                                 {"condition_ns", 10'000'000'000},
                                 {"observed", "damage-done"}});
  journal.add("fault", {{"step", "kill-primary"},
                        {"action", "applied"},
                        {"target", "Pod develop/orders-1"},
                        {"act_ns", 11'000'000'000},
                        {"error_ns", 1'000'000}});
  journal.add("finding", {{"probe", "digest"},
                          {"object", "table public.ledger_entries"},
                          {"what", "1428 of 10000 rows changed in column amount"},
                          {"count", 1428},
                          {"rows", {"id=7", "id=14"}}});
  journal.at(24).add(
      "mark",
      {{"name", "promoted"}, {"source", "pod orders-r-1"}, {"detail", "selected new timeline ID: 2"}});
  journal.at(34).check("digest equals the captured one", "data", "failed", {"table ledger_entries: id=7"});
  journal.check("markers", "marker", "undecided");
  journal.add("witness", {{"subject", "kill-primary"},
                          {"status", "missing"},
                          {"channel", "container status"},
                          {"expected", "restarted"},
                          {"observed", "running"}});
  journal.add(
      "ledger-verdict",
      {{"probe", "second ledger"}, {"acked", 10}, {"present", 9}, {"lost", {4}}, {"rpo_ns", 2'500'000'000}});
  journal.step("cut-over", "failed", 1,
               {{"what", "the Service leads nowhere"}, {"todo", "look at its endpoints"}});
  journal.at(37).add("undo-announced",
                     {{"id", "2"}, {"kind", "x"}, {"summary", "lead Service develop/orders-db back"}});
  journal.add("undo-finished", {{"id", "2"}, {"status", "failed"}, {"error", {{"what", "forbidden"}}}});
  return journal.add("run-finished", {{"status", "failed"}});
}

}  // namespace pgdrill::reports
