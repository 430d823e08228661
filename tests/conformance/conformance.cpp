// conformance sandbox|cluster|record [GROUP...]
//
// Plays the life of CloudNativePG clusters and notes what a client sees of it, in chapters.
//   sandbox  on a sandbox of its own; differences to the recordings in recorded/ that differences.yaml does
//   not
//            explain are failures, so are entries of it that explain nothing any more
//   cluster  on the cluster that PGDRILL_TEST_KUBECONFIG names; any difference is a failure (the recording is
//            stale). Without that variable: exit code 77, skipped
//   record   on that cluster; what was seen is merged into the recordings
//
// PGDRILL_TEST_IMAGE, PGDRILL_TEST_STORE (the object store's endpoint) and PGDRILL_TEST_STORAGE_CLASS say how
// that cluster wants its objects.
#include <fmt/format.h>

#include <cstdlib>
#include <set>

#include "harness/base/files.hpp"
#include "tests/conformance/framework/known_differences.hpp"
#include "tests/conformance/framework/play.hpp"
#include "tests/support/sandbox.hpp"

namespace pgdrill::conformance {
namespace {

using std::chrono::milliseconds;

std::filesystem::path const home = std::filesystem::path(PGDRILL_SOURCE_DIR) / "tests/conformance";
constexpr int skipped = 77;

std::string variable(char const* name, char const* otherwise = "") {
  char const* const value = std::getenv(name);
  return value == nullptr || *value == '\0' ? otherwise : value;
}

std::filesystem::path recording_of(std::string const& chapter) {
  return home / "recorded" / (chapter + ".jsonl");
}

struct Outcome {
  std::vector<std::string> failures;
  std::vector<Difference> differences;
  std::size_t compared = 0;
};

void record(Played const& played, std::string const& made_of, Outcome& outcome) {
  auto recording = read_recording(recording_of(played.chapter.name));
  if (!recording) {
    outcome.failures.push_back(::pgdrill::describe(recording.error()));
    return;
  }
  Recording merged = recording->value_or(Recording());
  if (merged.made_of != made_of) merged = Recording();  // another version: nothing of the old one holds
  merged.made_of = made_of;
  merged.merge(played.seen);
  auto const written = write_file_atomically(recording_of(played.chapter.name), to_lines(merged));
  if (!written) outcome.failures.push_back(::pgdrill::describe(written.error()));
}

void check(Played const& played, Outcome& outcome) {
  auto const recording = read_recording(recording_of(played.chapter.name));
  if (!recording || !*recording) {
    outcome.failures.push_back(played.chapter.name + ": there is no recording of it");
    return;
  }
  outcome.compared += (*recording)->tracks.size();
  auto const found = compare(played.chapter.name, **recording, played.seen);
  outcome.differences.insert(outcome.differences.end(), found.begin(), found.end());
}

Task<Outcome> play(std::string mode, std::string kubeconfig, std::set<std::string> groups, Setting setting) {
  Outcome outcome;
  auto access = co_await kube::resolve_access({.kubeconfig = kubeconfig, .context = ""});
  if (!access) {
    outcome.failures.push_back(::pgdrill::describe(access.error()));
    co_return outcome;
  }
  auto const client = kube::Client::create(co_await asio::this_coro::executor, *std::move(access));
  std::string const versions = co_await made_of(*client);
  for (std::string const& group : groups) {
    auto const played = co_await play_group(client, group, setting);
    if (!played) outcome.failures.push_back(::pgdrill::describe(played.error()));
    if (!played) break;
    for (Played const& one : *played) {
      if (!one.failure.empty()) outcome.failures.push_back(one.chapter.name + ": " + one.failure);
      if (!one.failure.empty() || !one.chapter.compared) continue;
      mode == "record" ? record(one, versions, outcome) : check(one, outcome);
    }
  }
  co_return outcome;
}

int report(std::string const& mode, Outcome const& outcome, bool whole) {
  auto const known = KnownDifferences::read(home / "differences.yaml");
  if (!known) {
    fmt::print("{}\n", ::pgdrill::describe(known.error()));
    return 1;
  }
  auto const left = mode == "sandbox" ? known->unexplained(outcome.differences) : outcome.differences;
  auto const unused = mode == "sandbox" && whole ? known->unused() : std::vector<std::string>();
  for (std::string const& failure : outcome.failures) fmt::print("failed: {}\n", failure);
  for (Difference const& difference : left) fmt::print("{}\n", describe(difference));
  for (std::string const& entry : unused)
    fmt::print("differences.yaml explains what does not differ, {}\n", entry);
  fmt::print("{} tracks compared, {} differences explained, {} not, {} explanations unused, {} failures\n",
             outcome.compared, outcome.differences.size() - left.size(), left.size(), unused.size(),
             outcome.failures.size());
  return outcome.failures.empty() && left.empty() && unused.empty() ? 0 : 1;
}

int run(std::vector<std::string> const& arguments) {
  if (arguments.empty()) {
    fmt::print(stderr, "usage: conformance sandbox|cluster|record [GROUP...]\n");
    return 2;
  }
  std::string const mode = arguments.front();
  std::set<std::string> groups(arguments.begin() + 1, arguments.end());
  bool const whole = groups.empty();
  for (Chapter const& chapter : chapters()) {
    if (whole) groups.insert(chapter.group);
  }
  Setting setting{.image = variable("PGDRILL_TEST_IMAGE", "registry.local/postgresql:15"),
                  .storage_class = variable("PGDRILL_TEST_STORAGE_CLASS"),
                  .store_endpoint = variable("PGDRILL_TEST_STORE", "http://10.88.0.1:9000"),
                  .quiet = milliseconds(3000)};
  std::unique_ptr<test::Sandbox> sandbox;
  std::string kubeconfig = variable("PGDRILL_TEST_KUBECONFIG");
  if (mode == "sandbox") {
    sandbox = std::make_unique<test::Sandbox>(true);
    kubeconfig = sandbox->kubeconfig();
    setting.quiet = milliseconds(1000);
  } else if (kubeconfig.empty()) {
    fmt::print("skipped: no cluster to test against: PGDRILL_TEST_KUBECONFIG is not set\n");
    return skipped;
  }
  return report(mode, run_to_end(play(mode, kubeconfig, groups, setting)), whole);
}

}  // namespace
}  // namespace pgdrill::conformance

int main(int count, char** arguments) {
  return pgdrill::conformance::run({arguments + 1, arguments + count});
}
