// Kills a run by SIGKILL right after each event of its journal, cleans up, and compares the namespace with
// the one before, object by object: Kubernetes' objects, every table's content, the repository's files.
//
//   kill_at_every_event [FIRST [STRIDE [SHARDS]]]
//
// Takes minutes: a drill and a clean-up for each event, shared out over so many sandboxes at once.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <set>

#include "harness/base/files.hpp"
#include "harness/base/text.hpp"
#include "harness/cli/connect.hpp"
#include "harness/engine/executor.hpp"
#include "tests/support/sandbox.hpp"

namespace pgdrill::bench {
namespace {

using State = std::map<std::string, std::string>;

constexpr char const* kinds =
    "clusters.postgresql.cnpg.io,backups.postgresql.cnpg.io,services,secrets,configmaps,leases,jobs,pods,"
    "persistentvolumeclaims,gitrepositories,kustomizations";

/// What is compared of an object: all that somebody asked for, nothing that a controller reports.
std::string essence(json::value const& object) {
  json::object kept;
  for (char const* const field : {"spec", "data", "type"}) {
    json::value const* const value = object.as_object().if_contains(field);
    if (value != nullptr) kept[field] = *value;
  }
  std::string const kind = get_string(object, "kind");
  if (kind == "Pod" || kind == "Job") kept.clear();  // made anew when they were killed
  json::value const* const labels = find(object, "metadata.labels");
  if (labels != nullptr && kind != "Pod") kept["labels"] = *labels;
  json::object annotations;
  if (json::value const* const all = find(object, "metadata.annotations")) {
    for (auto const& one : all->as_object()) {
      // A request to reconcile is a moment, not a state.
      if (one.key() != "reconcile.fluxcd.io/requestedAt") annotations[one.key()] = one.value();
    }
  }
  kept["annotations"] = std::move(annotations);
  return json::serialize(kept);
}

/// Its kind and name; a Job's pod has a random name, and is made anew when Flux applies the Job again.
std::string key_of(json::value const& object) {
  std::string const kind = get_string(object, "kind");
  std::string const job = get_string(object, "metadata.labels.job-name");
  if (kind == "Pod" && !job.empty()) return "Pod of Job " + job;
  return kind + " " + get_string(object, "metadata.name");
}

std::string psql(test::Sandbox const& sandbox, std::string const& sql) {
  json::value const cluster = sandbox.get("clusters.postgresql.cnpg.io", "orders");
  test::CommandResult const result =
      sandbox.kubectl({"exec", "-n", "develop", get_string(cluster, "status.currentPrimary"), "-c",
                       "postgres", "--", "psql", "-XAt", "-d", "app", "-c", sql});
  return result.exit_code == 0 ? result.out : "cannot ask: " + result.err;
}

void add_tables(test::Sandbox const& sandbox, State& state) {
  std::string const answer = psql(sandbox,
                                  "SELECT n.nspname || '.' || c.relname || '|' || "
                                  "(xpath('/table/row/x/text()', query_to_xml(format('SELECT "
                                  "md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '''')) AS x "
                                  "FROM %I.%I t', n.nspname, c.relname), "
                                  "false, false, '')))[1]::text FROM pg_class c JOIN pg_namespace n ON n.oid "
                                  "= c.relnamespace WHERE c.relkind = "
                                  "'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema')");
  for (std::string const& line : split(answer, '\n')) {
    if (!line.empty()) state["table " + line.substr(0, line.find('|'))] = line.substr(line.find('|') + 1);
  }
}

State snapshot(test::Sandbox const& sandbox) {
  State state;
  test::CommandResult const listed = sandbox.kubectl({"get", kinds, "-n", "develop", "-o", "json"});
  json::value const all = parse_json(listed.out).value_or(nullptr);
  if (json::value const* const items = find(all, "items")) {
    for (json::value const& object : items->as_array()) {
      state[key_of(object)] = essence(object);
    }
  }
  add_tables(sandbox, state);
  std::string url = get_string(sandbox.get("gitrepositories", "app"), "spec.url");
  if (url.starts_with("file://")) url.erase(0, 7);
  state["files of the repository"] =
      test::run({"git", "-c", "safe.directory=*", "--git-dir", url, "rev-parse", "main^{tree}"}).out;
  return state;
}

/// Both sides of what differs, one line each.
int print_difference(State const& before, State const& after) {
  int differences = 0;
  auto const tell = [&](std::string const& name, std::string const& was, std::string const& is) {
    ++differences;
    std::printf("  %s\n    before: %s\n    after:  %s\n", name.c_str(), was.c_str(), is.c_str());
  };
  for (auto const& [name, was] : before) {
    auto const now = after.find(name);
    if (now == after.end()) {
      tell(name, was, "(gone)");
    } else if (now->second != was) {
      tell(name, was, now->second);
    }
  }
  for (auto const& [name, is] : after) {
    if (!before.contains(name)) tell(name, "(not there)", is);
  }
  return differences;
}

struct Victim {
  std::string kubeconfig;
  std::filesystem::path journal;
  std::string run_id;
  int last_event = 0;  ///< killed after it; 0: not at all
};

Task<Result<>> play(Victim const& victim) {
  cli::Arguments arguments;
  arguments.set("kubeconfig", {victim.kubeconfig});
  CO_TRY(cli::Connection const connection, co_await cli::connect(arguments));
  CO_TRY(scenario::ParseOutcome outcome,
         scenario::parse_file(PGDRILL_SOURCE_DIR "/tests/data/scenarios/every-undo.yaml", engine::catalogue(),
                              {}));
  CO_TRY(std::unique_ptr<engine::Journal> const journal,
         engine::Journal::create(victim.journal, victim.run_id));
  journal->subscribe([&](json::object const& event) {
    if (get_int(event, "seq") == victim.last_event) ::kill(::getpid(), SIGKILL);
  });
  cnpg::DatabaseAccess databases(connection.client, "develop");
  engine::Executor executor({.scenario = std::move(outcome.scenario),
                             .run_id = victim.run_id,
                             .evidence_directory = victim.journal.parent_path(),
                             .kube = connection.client,
                             .journal = journal.get(),
                             .databases = &databases,
                             .seed = 1,
                             .lease_duration = std::chrono::seconds(2)});
  engine::RunEnd const end = co_await executor.run();
  if (end.error) co_return fail(*end.error);
  co_return Result<>();
}

/// Runs it in a process of its own; whether it was killed.
bool run_victim(Victim const& victim) {
  std::fflush(nullptr);
  pid_t const child = ::fork();
  if (child == 0) {
    Result<> const played = run_to_end(play(victim));
    if (!played) std::fprintf(stderr, "%s\n", ::pgdrill::describe(played.error()).c_str());
    std::fflush(nullptr);
    ::_exit(played ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) != 0;
}

std::string last_event(std::filesystem::path const& journal) {
  std::vector<std::string> const lines = split(read_file(journal).value_or(""), '\n');
  json::value event =
      lines.size() < 2 ? json::value(nullptr) : parse_json(lines[lines.size() - 2]).value_or(nullptr);
  return get_string(event, "event") + " " + get_string(event, "step") + get_string(event, "id") +
         get_string(event, "action");
}

/// Whether the run announced every kind of undo that there is; says which it did not.
bool has_every_kind(std::filesystem::path const& journal) {
  std::set<std::string> announced;
  for (std::string const& line : split(read_file(journal).value_or(""), '\n')) {
    json::value const event = parse_json(line.empty() ? "null" : line).value_or(nullptr);
    if (get_string(event, "event") == "undo-announced") announced.insert(get_string(event, "kind"));
  }
  bool all = true;
  for (std::string const& kind : engine::undo_kinds()) {
    if (announced.contains(kind)) continue;
    all = false;
    std::printf("the scenario announces no undo of kind %s\n", kind.c_str());
  }
  return all;
}

/// Patient: a busy machine is no failure of what is tested here.
bool healthy(test::Sandbox const& sandbox) {
  for (int attempt = 0; attempt < 10; ++attempt) {
    if (sandbox.healthy()) return true;
  }
  return false;
}

int run(int first, int stride) {
  test::Sandbox const sandbox;
  test::TemporaryDirectory const directory;
  if (!healthy(sandbox)) {
    std::fprintf(stderr, "the sandbox's Cluster does not become healthy\n");
    return 1;
  }
  State before;
  int killed = 0;
  int unclean = 0;
  for (int event = first;; event += stride) {
    std::string const id = "rk" + std::to_string(event);
    Victim const victim{.kubeconfig = sandbox.kubeconfig(),
                        .journal = directory.path() / (id + ".jsonl"),
                        .run_id = id,
                        .last_event = event};
    if (before.empty()) {
      Victim const whole{victim.kubeconfig, directory.path() / "whole.jsonl", "rwhole", 0};
      static_cast<void>(
          run_victim(whole));  // what the first run leaves for good (a pod's new name) is no difference
      before = snapshot(sandbox);
      if (!has_every_kind(whole.journal)) return 1;
      std::printf("the whole run has %zu events\n",
                  split(read_file(whole.journal).value_or(""), '\n').size() - 1);
      std::fflush(stdout);
    }
    if (!run_victim(victim)) break;
    ++killed;
    // Even events from the ConfigMaps of the namespace, odd ones from the journal alone.
    std::vector<std::string> cleanup{"cleanup", "-n", "develop"};
    if (event % 2 == 1) cleanup.insert(cleanup.end(), {"--journal", victim.journal.string()});
    test::CommandResult const cleaned = sandbox.pgdrill(cleanup);
    bool const again = sandbox.pgdrill(cleanup).exit_code == 0;  // as often as you like
    bool const well = healthy(sandbox);
    int const differences = print_difference(before, snapshot(sandbox));
    bool const good = cleaned.exit_code == 0 && again && well && differences == 0;
    if (!good) ++unclean;
    std::printf("%3d %-40s %s\n", event, last_event(victim.journal).c_str(), good ? "clean" : "NOT CLEAN");
    if (cleaned.exit_code != 0) std::printf("%s%s\n", cleaned.out.c_str(), cleaned.err.c_str());
    std::fflush(stdout);
  }
  std::printf("killed at %d events, %d not clean\n", killed, unclean);
  return unclean == 0 && killed > 0 ? 0 : 1;
}

/// Each shard is a process with a sandbox of its own and takes every n-th of the events.
int run_shards(int first, int stride, int shards) {
  if (shards <= 1) return run(first, stride);
  std::vector<pid_t> children;
  for (int i = 0; i < shards; ++i) {
    pid_t const child = ::fork();
    if (child == 0) {
      int const code = run(first + i * stride, stride * shards);
      std::fflush(nullptr);
      ::_exit(code);
    }
    children.push_back(child);
  }
  int failed = 0;
  for (pid_t const child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) ++failed;
  }
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace pgdrill::bench

int main(int argc, char** argv) {
  int const first = argc > 1 ? std::atoi(argv[1]) : 1;
  int const stride = argc > 2 ? std::atoi(argv[2]) : 1;
  int const shards = argc > 3 ? std::atoi(argv[3]) : 1;
  return pgdrill::bench::run_shards(first, stride, shards);
}
