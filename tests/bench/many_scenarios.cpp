// 200 scenarios of one minute each, at once, in one process, against the sandbox's API: how late are they?
//
//   many_scenarios [SCENARIOS] [SECONDS]
//
// Each has its namespace, Lease, undo records, journal, and a timeline of 20 triggers and one lasting fault.
// A moment is late by how long after its time its step began. Prints lateness, CPU and memory of this
// process.
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "harness/base/files.hpp"
#include "harness/cli/connect.hpp"
#include "harness/engine/executor.hpp"
#include "tests/support/sandbox.hpp"

namespace pgdrill::bench {
namespace {

constexpr int moments = 20;

struct Lane {
  std::string ns;
  std::unique_ptr<engine::Journal> journal;
  std::vector<Duration> lateness;
  int missing_witnesses = 0;
  std::string status;
};

std::string timeline(std::string const& ns, Duration length) {
  std::string yaml =
      "apiVersion: pgdrill.io/v1\nkind: Scenario\nmetadata: {name: bench}\n"
      "target: {namespace: " +
      ns + ", cluster: orders, service: app}\nsteps:\n  - parallel:\n";
  for (int i = 1; i <= moments; ++i) {
    std::string const after = format_duration(length * i / moments);
    yaml += "      - mark: {name: m" + std::to_string(i) +
            "}\n        timeout: 10m\n        when: {after: " + after + "}\n";
  }
  yaml +=
      "      - service-cut: {}\n        timeout: 10m\n        when: {after: " + format_duration(length / 3) +
      "}\n        for: " + format_duration(length / 3) + "\n";
  return yaml;
}

/// Lateness from the journal's own events, as they are written.
void note(Lane& lane, json::object const& event) {
  std::string const kind = get_string(event, "event");
  if (kind == "trigger") {
    std::string const condition = get_string(event, "condition");
    Result<Duration> const due = parse_duration(condition.substr(condition.find('=') + 1));
    std::int64_t const elapsed = get_int(event, "observed.elapsed_ns");
    std::int64_t const told = get_int(event, "t") - get_int(event, "condition_ns");
    if (due) lane.lateness.emplace_back(elapsed - due->count() + told);
  }
  if (kind == "witness" && get_string(event, "status") == "missing") ++lane.missing_witnesses;
}

Task<> prepare(kube::Client& client, Lane& lane, bool& failed) {
  json::object const labels{{std::string(engine::allow_label), "true"}};
  Result<json::value> made = co_await client.create(kube::namespace_type, "",
                                                    {{"metadata", {{"name", lane.ns}, {"labels", labels}}}});
  if (made) {
    kube::Object service{{"metadata", {{"name", "app"}}},
                         {"spec", {{"selector", {{"app", "none"}}}, {"ports", {{{"port", 5432}}}}}}};
    made = co_await client.create(kube::service_type, lane.ns, std::move(service));
  }
  if (made) co_return;
  std::fprintf(stderr, "cannot prepare %s: %s\n", lane.ns.c_str(), ::pgdrill::describe(made.error()).c_str());
  failed = true;
}

Task<> drive(std::shared_ptr<kube::Client> client, Lane& lane, Duration length) {
  std::string const yaml = timeline(lane.ns, length);
  scenario::ParseOutcome outcome = scenario::parse_text(yaml, "bench.yaml", engine::catalogue(), {});
  std::fputs(scenario::render_problems(outcome.problems, yaml).c_str(), stderr);
  cnpg::DatabaseAccess databases(client, lane.ns);
  lane.journal->subscribe([&lane](json::object const& event) { note(lane, event); });
  engine::Executor executor({.scenario = std::move(outcome.scenario),
                             .run_id = lane.journal->run_id(),
                             .evidence_directory = lane.journal->file().parent_path(),
                             .kube = client,
                             .journal = lane.journal.get(),
                             .databases = &databases});
  engine::RunEnd const end = co_await executor.run();
  lane.status = end.status;
  if (end.error) std::fprintf(stderr, "%s: %s\n", lane.ns.c_str(), ::pgdrill::describe(*end.error).c_str());
}

Task<Result<bool>> race(std::string kubeconfig, std::vector<Lane>& lanes, Duration length) {
  cli::Arguments arguments;
  arguments.set("kubeconfig", {kubeconfig});
  CO_TRY(cli::Connection const connection, co_await cli::connect(arguments));
  bool failed = false;
  for (Lane& lane : lanes) co_await prepare(*connection.client, lane, failed);
  if (failed) co_return false;
  Scope scope(co_await asio::this_coro::executor);
  for (Lane& lane : lanes) scope.spawn(lane.ns, drive(connection.client, lane, length));
  co_await scope.join();
  co_return true;
}

double milliseconds(Duration duration) { return std::chrono::duration<double, std::milli>(duration).count(); }

int report(std::vector<Lane> const& lanes, Duration wall) {
  std::vector<Duration> all;
  int completed = 0;
  int unseen = 0;
  for (Lane const& lane : lanes) {
    all.insert(all.end(), lane.lateness.begin(), lane.lateness.end());
    if (lane.status == "completed") ++completed;
    unseen += lane.missing_witnesses;
  }
  std::sort(all.begin(), all.end());
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  double const cpu = static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                     static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
  std::printf("scenarios: %zu, completed: %d, missing witnesses: %d, wall: %.1f s\n", lanes.size(), completed,
              unseen, to_seconds(wall));
  std::printf("CPU: %.1f s (%.1f %% of one core), most memory: %.1f MiB\n", cpu, 100 * cpu / to_seconds(wall),
              static_cast<double>(usage.ru_maxrss) / 1024);
  if (all.empty()) return 1;
  auto const late = [](Duration one) { return one > std::chrono::milliseconds(10); };
  std::printf("moments: %zu, later than 10 ms: %zd, median: %.3f ms, 99 %%: %.3f ms, worst: %.3f ms\n",
              all.size(), std::count_if(all.begin(), all.end(), late), milliseconds(all[all.size() / 2]),
              milliseconds(all[all.size() * 99 / 100]), milliseconds(all.back()));
  return completed == static_cast<int>(lanes.size()) && unseen == 0 ? 0 : 1;
}

int run(std::size_t count, Duration length) {
  test::Sandbox const sandbox(true);
  test::TemporaryDirectory const directory;
  std::vector<Lane> lanes(count);
  for (std::size_t i = 0; i < count; ++i) {
    std::string const number = std::to_string(i + 1);
    lanes[i].ns = "bench-" + number;
    lanes[i].journal = engine::Journal::create(directory.path() / (number + ".jsonl"), "r" + number).value();
  }
  Monotonic const started = std::chrono::steady_clock::now();
  Result<bool> const raced = run_to_end(race(sandbox.kubeconfig(), lanes, length));
  if (!raced) std::fprintf(stderr, "%s\n", ::pgdrill::describe(raced.error()).c_str());
  return report(lanes, std::chrono::steady_clock::now() - started);
}

}  // namespace
}  // namespace pgdrill::bench

int main(int argc, char** argv) {
  std::size_t const count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 200;
  long const seconds = argc > 2 ? std::strtol(argv[2], nullptr, 10) : 60;
  return pgdrill::bench::run(count, std::chrono::seconds(seconds));
}
