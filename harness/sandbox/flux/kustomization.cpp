#include "harness/sandbox/flux/kustomization.hpp"

#include <fmt/format.h>

#include "harness/base/process.hpp"
#include "harness/sandbox/flux/apply_set.hpp"
#include "harness/sandbox/flux/git_repository.hpp"
#include "harness/sandbox/flux/health.hpp"
#include "harness/sandbox/flux/manifests.hpp"
#include "harness/sandbox/flux/status.hpp"
#include "harness/sandbox/flux/worker.hpp"

namespace pgdrill::sandbox {

namespace {

constexpr Duration default_interval = std::chrono::minutes(1);
constexpr Duration least_timeout = std::chrono::seconds(30);
/// How soon a Kustomization without a source looks again; its worker is also woken by the source's own
/// events.
constexpr Duration source_retry = std::chrono::seconds(30);

std::string revision_of(json::value const& repository) {
  return get_string(repository, "status.artifact.revision");
}

/// What stopped a reconciliation: Flux's reason, and its message.
struct Stopped {
  std::string reason;
  std::string message;
};

std::string message_of(Error const& error) {
  return error.why.empty() ? error.what : error.what + ": " + error.why;
}

class Kustomizations {
 public:
  Kustomizations(Store& store, Environment environment)
      : store_(store), environment_(std::move(environment)) {}

  bool is_due(json::value const& object) const {
    if (get_bool(object, "spec.suspend")) return false;
    if (asks_for_more(object)) return true;
    Result<json::value> const source = source_of(object);
    return source && !revision_of(*source).empty() &&
           revision_of(*source) != get_string(object, "status.lastAttemptedRevision");
  }

  Task<Duration> reconcile(json::value object) {
    Duration const interval = duration_at(object, "spec.interval", default_interval);
    if (get_bool(object, "spec.suspend")) co_return interval;
    Result<json::value> const source = source_of(object);
    std::string const revision = source ? revision_of(*source) : "";
    if (revision.empty()) {
      finish(object, "", Stopped{"ArtifactFailed", "Source is not ready, artifact not found"}, {});
      co_return source_retry;
    }
    begin(object, revision);
    std::vector<Applied> applied;
    std::optional<Stopped> const stopped = co_await apply(object, *source, revision, applied);
    finish(object, revision, stopped, applied);
    co_return stopped ? duration_at(object, "spec.retryInterval", interval) : interval;
  }

 private:
  Result<json::value> source_of(json::value const& object) const {
    std::string const own = get_string(object, "metadata.namespace");
    return store_.get(kube::git_repository_type, get_string(object, "spec.sourceRef.namespace", own),
                      get_string(object, "spec.sourceRef.name"));
  }

  Task<Result<std::vector<json::value>>> render(std::filesystem::path tree, std::string path) const {
    ProcessOptions options{.command = {"kubectl", "kustomize", (tree / path).lexically_normal().string()}};
    options.deadline = std::chrono::seconds(30);
    CO_TRY(ProcessOutput const output, co_await run_checked(std::move(options)));
    co_return parse_manifests(output.out, path);
  }

  Task<std::optional<Stopped>> apply(json::value const& object, json::value const& source,
                                     std::string revision, std::vector<Applied>& applied) {
    std::string const ns = get_string(object, "metadata.namespace");
    std::filesystem::path const tree = artifact_directory(
        environment_, get_string(source, "metadata.namespace"), kube::name_of(source), revision);
    Result<std::vector<json::value>> objects = co_await render(tree, get_string(object, "spec.path", "."));
    if (!objects) co_return Stopped{"BuildFailed", "kustomize build failed: " + message_of(objects.error())};
    ApplyOptions const options{.kustomization = kube::name_of(object),
                               .ns = ns,
                               .default_namespace = get_string(object, "spec.targetNamespace", ns),
                               .force = get_bool(object, "spec.force")};
    Result<std::vector<Applied>> done = co_await apply_set(store_, std::move(*objects), options);
    if (!done) co_return Stopped{"ReconciliationFailed", message_of(done.error())};
    applied = std::move(*done);
    if (get_bool(object, "spec.prune")) prune(store_, inventory_of(object), applied);
    if (!get_bool(object, "spec.wait")) co_return std::nullopt;
    Duration const interval = duration_at(object, "spec.interval", default_interval);
    Duration const fallback = std::max(least_timeout, interval - least_timeout);
    Result<> const healthy =
        co_await wait_healthy(store_, applied, duration_at(object, "spec.timeout", fallback));
    if (!healthy) co_return Stopped{"HealthCheckFailed", message_of(healthy.error())};
    co_return std::nullopt;
  }

  static std::vector<std::string> inventory_of(json::value const& object) {
    std::vector<std::string> ids;
    json::value const* const entries = find(object, "status.inventory.entries");
    if (entries == nullptr || !entries->is_array()) return ids;
    for (json::value const& entry : entries->get_array()) ids.push_back(get_string(entry, "id"));
    return ids;
  }

  void modify(json::value const& seen, std::function<void(kube::Object&)> const& change) {
    static_cast<void>(store_.modify(kube::kustomization_type, get_string(seen, "metadata.namespace"),
                                    kube::name_of(seen), true, change));
  }

  void begin(json::value const& seen, std::string const& revision) {
    modify(seen, [&](kube::Object& object) {
      set(object, "status.lastAttemptedRevision", json::value(revision));
      set_condition(object, "Reconciling", "True", "Progressing", "Reconciliation in progress");
      set_condition(object, "Ready", "Unknown", "Progressing", "Reconciliation in progress");
    });
  }

  void finish(json::value const& seen, std::string const& revision, std::optional<Stopped> const& stopped,
              std::vector<Applied> const& applied) {
    std::string const message = stopped ? stopped->message : "Applied revision: " + revision;
    modify(seen, [&](kube::Object& object) {
      set_observed(object, seen);
      if (!applied.empty()) {
        json::array entries;
        for (Applied const& one : applied) entries.push_back({{"id", one.id()}, {"v", one.type.version}});
        set(object, "status.inventory", json::object{{"entries", std::move(entries)}});
      }
      if (stopped) {
        set_condition(object, "Ready", "False", stopped->reason, message);
        set_condition(object, "Reconciling", "True", "ProgressingWithRetry", message);
      } else {
        set(object, "status.lastAppliedRevision", json::value(revision));
        set_condition(object, "Ready", "True", "ReconciliationSucceeded", message);
        drop_condition(object, "Reconciling");
      }
      add_history(object, revision, stopped ? stopped->reason : "ReconciliationSucceeded");
    });
    bool const news = get_string(seen, "status.lastAppliedRevision") != revision || stopped;
    if (news)
      store_.record_event(seen, stopped ? "Warning" : "Normal",
                          stopped ? stopped->reason : "ReconciliationSucceeded", message);
  }

  /// The five latest outcomes, the newest first.
  static void add_history(kube::Object& object, std::string const& revision, std::string const& outcome) {
    json::value const whole(object);
    json::value const* const former = find(whole, "status.history");
    json::array history{{{"lastReconciled", format_rfc3339_seconds(wall_now())},
                         {"lastReconciledStatus", outcome},
                         {"metadata", {{"revision", revision}}}}};
    for (std::size_t i = 0;
         former != nullptr && former->is_array() && i < former->get_array().size() && history.size() < 5;
         ++i) {
      json::value const& entry = former->get_array()[i];
      bool const same = get_string(entry, "metadata.revision") == revision &&
                        get_string(entry, "lastReconciledStatus") == outcome;
      if (!same) history.push_back(entry);
    }
    set(object, "status.history", std::move(history));
  }

  Store& store_;
  Environment environment_;
};

}  // namespace

Task<> run_kustomizations(Store& store, Environment environment) {
  Kustomizations kustomizations(store, std::move(environment));
  std::function<bool(json::value const&)> is_due = [&](json::value const& object) {
    return kustomizations.is_due(object);
  };
  ReconcileObject reconcile = [&](json::value object) { return kustomizations.reconcile(std::move(object)); };
  co_await reconcile_each(store, kube::kustomization_type, {kube::git_repository_type}, std::move(is_due),
                          std::move(reconcile));
}

}  // namespace pgdrill::sandbox
