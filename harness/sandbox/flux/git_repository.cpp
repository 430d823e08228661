#include "harness/sandbox/flux/git_repository.hpp"

#include <fmt/format.h>

#include "harness/base/files.hpp"
#include "harness/base/text.hpp"
#include "harness/sandbox/flux/git_process.hpp"
#include "harness/sandbox/flux/status.hpp"
#include "harness/sandbox/flux/worker.hpp"

namespace pgdrill::sandbox {

namespace {

constexpr Duration default_interval = std::chrono::minutes(1);

class Repositories {
 public:
  Repositories(Store& store, Environment environment) : store_(store), environment_(std::move(environment)) {}

  Task<Duration> reconcile(json::value object) {
    Duration const interval = duration_at(object, "spec.interval", default_interval);
    if (get_bool(object, "spec.suspend")) co_return interval;
    Result<std::string> const revision = co_await fetch(object);
    if (revision) {
      write_success(object, *revision);
    } else {
      write_failure(object, revision.error());
    }
    co_return interval;
  }

 private:
  /// Gives the revision whose tree lies in the artifact's directory.
  Task<Result<std::string>> fetch(json::value const& object) {
    std::string const url = get_string(object, "spec.url");
    std::string const branch = get_string(object, "spec.ref.branch", "master");
    CO_TRY(std::string const line, co_await run_git(environment_.directory, {"ls-remote", "--exit-code", url,
                                                                             "refs/heads/" + branch}));
    std::string const sha = line.substr(0, line.find('\t'));
    std::string const revision = branch + "@sha1:" + sha;
    std::filesystem::path const tree = artifact_directory(
        environment_, get_string(object, "metadata.namespace"), kube::name_of(object), revision);
    std::error_code problem;
    if (std::filesystem::exists(tree, problem)) co_return revision;
    std::filesystem::create_directories(tree.parent_path(), problem);
    std::string const partial = tree.string() + ".partial";
    std::filesystem::remove_all(partial, problem);
    CO_TRY_VOID(
        co_await run_git(environment_.directory, {"clone", "--quiet", "--branch", branch, url, partial}));
    CO_TRY_VOID(co_await run_git(partial, {"checkout", "--quiet", sha}));
    std::filesystem::rename(partial, tree, problem);
    if (problem) {
      co_return fail({.kind = ErrorKind::io,
                      .what = "cannot keep the artifact",
                      .where = tree.string(),
                      .why = problem.message()});
    }
    co_return revision;
  }

  void write_success(json::value const& seen, std::string const& revision) {
    bool const is_new = get_string(seen, "status.artifact.revision") != revision;
    std::string const message = "stored artifact for revision '" + revision + "'";
    auto const change = [&](kube::Object& object) {
      set_observed(object, seen);
      if (is_new) {
        std::string const path =
            fmt::format("gitrepository/{}/{}/{}.tar.gz", get_string(seen, "metadata.namespace"),
                        kube::name_of(seen), revision.substr(revision.find(':') + 1));
        set(object, "status.artifact",
            json::object{{"revision", revision},
                         {"digest", "sha256:" + sha256_hex(revision)},
                         {"path", path},
                         {"url", "http://source-controller/" + path},
                         {"lastUpdateTime", format_rfc3339_seconds(wall_now())}});
      }
      set_condition(object, "Ready", "True", "Succeeded", message);
      set_condition(object, "ArtifactInStorage", "True", "Succeeded", message);
      drop_condition(object, "FetchFailed");
    };
    static_cast<void>(store_.modify(kube::git_repository_type, get_string(seen, "metadata.namespace"),
                                    kube::name_of(seen), true, change));
    if (is_new) store_.record_event(seen, "Normal", "NewArtifact", message);
  }

  void write_failure(json::value const& seen, Error const& error) {
    std::string const message =
        fmt::format("failed to checkout and determine revision: unable to clone '{}': {}",
                    get_string(seen, "spec.url"), error.why);
    auto const change = [&](kube::Object& object) {
      set_observed(object, seen);
      set_condition(object, "FetchFailed", "True", "GitOperationFailed", message);
      set_condition(object, "Ready", "False", "GitOperationFailed", message);
    };
    static_cast<void>(store_.modify(kube::git_repository_type, get_string(seen, "metadata.namespace"),
                                    kube::name_of(seen), true, change));
    store_.record_event(seen, "Warning", "GitOperationFailed", message);
  }

  Store& store_;
  Environment environment_;
};

}  // namespace

std::filesystem::path artifact_directory(Environment const& environment, std::string const& ns,
                                         std::string const& name, std::string const& revision) {
  return environment.directory / "checkouts" / ns / name / revision.substr(revision.find(':') + 1);
}

Task<> run_git_repositories(Store& store, Environment environment) {
  Repositories repositories(store, std::move(environment));
  ReconcileObject reconcile = [&](json::value object) { return repositories.reconcile(std::move(object)); };
  co_await reconcile_each(store, kube::git_repository_type, {}, asks_for_more, std::move(reconcile));
}

}  // namespace pgdrill::sandbox
