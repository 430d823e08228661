// commit-migration: a migration goes into Git, and Flux runs it as a Job.
#include <algorithm>

#include "harness/base/files.hpp"
#include "harness/base/scope.hpp"
#include "harness/base/text.hpp"
#include "harness/engine/facts.hpp"
#include "harness/engine/permissions.hpp"
#include "harness/flux/reconcile.hpp"
#include "harness/steps/markers.hpp"
#include "harness/steps/migration_files.hpp"
#include "harness/steps/saved_tables.hpp"
#include "harness/steps/waiting.hpp"

namespace pgdrill::steps {

namespace {

using engine::RunContext;
using engine::StepOutcome;
using scenario::ParameterType;
using scenario::StepSpec;

class CommitMigration : public engine::Step {
 public:
  static scenario::Declaration describe() {
    return {
        .name = "commit-migration",
        .summary =
            "Commits a migration to the Git repository that Flux follows, and waits until its Job has run",
        .parameters =
            {{"files", ParameterType::text_list, true, "", "migration files, relative to the scenario"},
             {"repository", ParameterType::text, true, "", "GitRepository"},
             {"kustomization", ParameterType::text, true, "", "Kustomization that runs migrations as a Job"},
             {"message", ParameterType::text, false, "migrations: a new migration", "commit message"},
             {.name = "outcome",
              .default_value = "success",
              .help = "What must come of it; pending: the step ends as soon as Flux has made the Job.",
              .allowed = {"success", "failure", "pending"}}},
        .permissions = engine::together({engine::flux_permissions(),
                                         engine::superuser_permissions(),
                                         {{"batch", {"jobs"}, {"get", "list", "watch", "delete"}},
                                          {"", {"pods", "pods/log"}, {"get", "list"}}}}),
        .effect = "pushes a commit; its migration changes the database",
        .witness = "the migrations' history table; of a pending one, its Job",
        .undo = "reverts the commit, puts the saved content of all tables back",
        .longest = std::chrono::minutes(2),
        .marks = {"migration-pushed", "damage-done"}};
  }

  Task<Result<>> preflight(RunContext& context, StepSpec const& spec) override {
    for (std::string const& file : spec.parameters.texts("files")) {
      CO_TRY_VOID(read_file(context.scenario_directory / file));
    }
    flux::FluxObjects const objects{context.target.ns, spec.parameters.text("repository"),
                                    spec.parameters.text("kustomization")};
    CO_TRY_VOID(co_await flux::repository_of(*context.kube, objects));
    co_return co_await flux::not_suspended(*context.kube, objects);
  }

  Task<Result<StepOutcome>> run(RunContext& context, StepSpec const& spec) override {
    TimeLeft const time(spec.timeout);
    objects_ = {context.target.ns, spec.parameters.text("repository"), spec.parameters.text("kustomization")};
    CO_TRY(known_jobs_, co_await jobs_of(context));
    CO_TRY_VOID(co_await save_tables(context));
    CO_TRY(flux::Pushed const pushed, co_await push(context, spec));
    context.mark("migration-pushed", spec.id, "git push", "", pushed.commit);
    note_revert(context, pushed.parent);
    context.waiting(spec.id, "Flux to apply the migration", "commit " + pushed.commit.substr(0, 12));
    std::string const outcome = spec.parameters.text("outcome");
    std::string log;
    if (outcome == "pending") CO_TRY_VOID(co_await wait_for_job(context, spec.id, pushed.commit, time));
    if (outcome != "pending") {
      Result<> const applied = co_await reconcile(context, spec, pushed.commit, time);
      CO_TRY_VOID(as_expected(applied, outcome));
      Result<std::string> const written = co_await log_of_new_job(context);
      if (!written && outcome == "success") co_return fail(written.error());
      log = written.value_or("");
      CO_TRY_VOID(co_await write_history_witness(context, spec));
    }
    json::object fact{{"step", spec.id},
                      {"commit", pushed.commit},
                      {"parent", pushed.parent},
                      {"rebased", pushed.rebased},
                      {"message", spec.parameters.text("message")},
                      {"repository", objects_.repository},
                      {"branch", branch_},
                      {"kustomization", objects_.kustomization},
                      {"committed_at", committed_at_},
                      {"job", job_},
                      {"outcome", outcome}};
    if (std::optional<std::int64_t> const rows = changed_rows(log)) fact["claimed_rows"] = *rows;
    std::vector<std::string> const tags = command_tags(log);
    fact["changes"] = json::array(tags.begin(), tags.end());
    context.fact(engine::facts::migration, fact);
    co_return StepOutcome{.passed = true, .outputs = std::move(fact)};
  }

 private:
  /// Once a run: the state before its first migration is what all of them lead back to. Announced by each,
  /// the undo of a later one would put the history back while files of earlier ones are still in Git.
  Task<Result<>> save_tables(RunContext& context) {
    if (context.facts.contains(std::string(engine::facts::migration))) co_return Result<>();
    CO_TRY_VOID(co_await make_markers(context));  // schema pgdrill, with its undo announced
    // Undone in the opposite order: revert the commit, put the tables back, let Flux apply again.
    CO_TRY_VOID(co_await context.undo.announce(
        {.kind = "flux-reconcile",
         .summary = "have Flux apply the head of GitRepository " + objects_.repository,
         .record = {{"repository", objects_.repository}, {"kustomization", objects_.kustomization}}}));
    CO_TRY_VOID(co_await context.undo.announce(
        {.kind = "restore-tables",
         .summary = "put the content of all tables of Cluster " + context.target.cluster + " back",
         .record = {{"cluster", context.target.cluster}, {"database", context.target.database}}}));
    CO_TRY_VOID(
        co_await steps::save_tables(context.databases, context.target.cluster, context.target.database));
    co_return Result<>();
  }

  Task<Result<flux::Pushed>> push(RunContext& context, StepSpec const& spec) {
    CO_TRY(flux::Repository const repository, co_await flux::repository_of(*context.kube, objects_));
    branch_ = repository.branch;
    CO_TRY(std::filesystem::path const path, co_await flux::path_of_kustomization(*context.kube, objects_));
    CO_TRY(std::unique_ptr<flux::WorkTree> const tree, co_await flux::WorkTree::clone(repository));
    std::vector<flux::FileChange> changes;
    std::vector<std::string> names;
    for (std::string const& file : spec.parameters.texts("files")) {
      CO_TRY(std::string content, read_file(context.scenario_directory / file));
      names.push_back(std::filesystem::path(file).filename().string());
      changes.push_back({path / "migrations" / names.back(), std::move(content)});
    }
    CO_TRY(std::string const kustomization, tree->read(path / "kustomization.yaml"));
    CO_TRY(std::string edited, with_migrations(kustomization, names));
    changes.push_back({path / "kustomization.yaml", std::move(edited)});
    std::string const line = "Pgdrill-Change: " + context.run_id + "/" + spec.id;
    // The first commit's undo comes last, so that its one applying does for all of them.
    auto const former = context.facts.find(std::string(engine::facts::migration));
    bool const first =
        former == context.facts.end() || get_string(former->second, "repository") != objects_.repository;
    json::object record{{"repository", objects_.repository},
                        {"kustomization", objects_.kustomization},
                        {"line", line},
                        {"reconcile", first}};
    CO_TRY_VOID(co_await context.undo.announce(
        {.kind = "git-revert",
         .summary = "revert the migration's commit in GitRepository " + objects_.repository,
         .record = std::move(record)}));
    CO_TRY_VOID(co_await tree->commit(std::move(changes), spec.parameters.text("message") + "\n\n" + line));
    committed_at_ = format_rfc3339(wall_now());
    co_return co_await tree->push();
  }

  /// A revert that nobody waited for is seen here: the branch that was cloned anew ended with it.
  void note_revert(RunContext& context, std::string const& parent) const {
    auto const revert = context.facts.find(std::string(engine::facts::revert));
    if (revert == context.facts.end() || get_string(revert->second, "commit") != parent) return;
    context.witness(get_string(revert->second, "step"), {.seen = true,
                                                         .channel = "a new clone of branch " + branch_,
                                                         .expected = "commit " + parent,
                                                         .observed = "its head"});
  }

  /// UIDs of the Jobs that the Kustomization has applied.
  Task<Result<std::vector<std::string>>> jobs_of(RunContext& context) {
    CO_TRY(kube::ObjectList const list,
           co_await context.kube->list(kube::job_type, context.target.ns, selector()));
    std::vector<std::string> uids;
    for (json::value const& job : list.items) uids.push_back(kube::uid_of(job));
    co_return uids;
  }

  kube::ListOptions selector() const {
    return {.label_selector = "kustomize.toolkit.fluxcd.io/name=" + objects_.kustomization,
            .field_selector = ""};
  }

  bool is_new(json::value const& job) const {
    return std::find(known_jobs_.begin(), known_jobs_.end(), kube::uid_of(job)) == known_jobs_.end();
  }

  /// Marks the damage when a new Job of the Kustomization completes; ends by cancellation.
  Task<> watch_jobs(RunContext& context, std::string step) {
    std::unique_ptr<kube::Watch> const watch =
        context.kube->watch(kube::job_type, context.target.ns, selector());
    while (job_.empty()) {
      Result<kube::WatchEvent> const event = co_await watch->next();
      if (!event) co_return;
      json::value const* const complete = kube::condition_of(event->object, "Complete");
      if (!is_new(event->object) || complete == nullptr || get_string(*complete, "status") != "True")
        continue;
      job_ = kube::name_of(event->object);
      context.mark("damage-done", step, "Job " + job_, get_string(event->object, "status.completionTime"));
    }
  }

  Task<> reconcile_beside(Scope& scope, RunContext& context, std::string step, std::string commit,
                          Duration limit, Result<flux::ReconcileClocks>& clocks) {
    scope.spawn("migration jobs", watch_jobs(context, step));
    clocks = co_await flux::reconcile(*context.kube, objects_, std::move(commit), limit);
    scope.cancel();
  }

  Task<Result<>> reconcile(RunContext& context, StepSpec const& spec, std::string commit, TimeLeft time) {
    Result<flux::ReconcileClocks> clocks = fail({});
    std::function<Task<>(Scope&)> body = [&](Scope& scope) {
      return reconcile_beside(scope, context, spec.id, commit, time.left(), clocks);
    };
    co_await with_scope(std::move(body));
    if (!clocks) {
      Error error = clocks.error();
      Result<std::string> const log = co_await log_of_new_job(context);
      if (log)
        error.why +=
            "; the Job's log ends: " + log->substr(log->size() - std::min<std::size_t>(log->size(), 500));
      co_return fail(std::move(error));
    }
    // The watch may have been a moment behind the Kustomization's own.
    if (job_.empty())
      context.mark("damage-done", spec.id, "Kustomization " + objects_.kustomization, clocks->applied_at);
    co_return Result<>();
  }

  Task<> reconcile_only(RunContext& context, std::string commit, Duration limit) {
    Result<flux::ReconcileClocks> const ignored =
        co_await flux::reconcile(*context.kube, objects_, std::move(commit), limit);
    static_cast<void>(ignored);
  }

  Task<> until_started(Scope& scope, RunContext& context, std::string commit, TimeLeft time) {
    scope.spawn("reconcile", reconcile_only(context, std::move(commit), time.left()));
    while (job_.empty() && !time.over()) {
      Result<kube::ObjectList> const jobs =
          co_await context.kube->list(kube::job_type, context.target.ns, selector());
      for (json::value const& job : jobs ? jobs->items : std::vector<json::value>()) {
        if (is_new(job)) job_ = kube::name_of(job);
      }
      if (job_.empty()) co_await sleep_for(poll_interval);
    }
    scope.cancel();
  }

  /// Flux goes on waiting for the Job after this.
  Task<Result<>> wait_for_job(RunContext& context, std::string step, std::string commit, TimeLeft time) {
    std::function<Task<>(Scope&)> body = [&](Scope& scope) {
      return until_started(scope, context, commit, time);
    };
    co_await with_scope(std::move(body));
    if (!job_.empty()) {
      context.witness(step, {.seen = true,
                             .channel = "Jobs of Kustomization " + objects_.kustomization,
                             .expected = "a new one",
                             .observed = "Job " + job_});
      co_return Result<>();
    }
    co_return fail({.kind = ErrorKind::timeout,
                    .what = "the migration did not begin",
                    .where = "Kustomization " + objects_.kustomization,
                    .why = "it made no new Job in time"});
  }

  /// A time that ran out tells nothing of the migration: it is no failure that was wished for.
  static Result<> as_expected(Result<> const& applied, std::string const& outcome) {
    bool const failed = !applied && applied.error().kind != ErrorKind::timeout;
    if (outcome == "success" || (!applied && !failed)) return applied;
    if (failed) return {};
    return fail({.kind = ErrorKind::refused,
                 .what = "the migration succeeded",
                 .why = "the scenario says that it must fail",
                 .todo = "give a migration that fails, or leave outcome away"});
  }

  Task<Result<std::string>> log_of_new_job(RunContext& context) {
    CO_TRY(kube::ObjectList const jobs,
           co_await context.kube->list(kube::job_type, context.target.ns, selector()));
    for (json::value const& job : jobs.items) {
      if (!is_new(job)) continue;
      job_ = kube::name_of(job);
      kube::ListOptions const of_job{.label_selector = "job-name=" + job_, .field_selector = ""};
      CO_TRY(kube::ObjectList const pods,
             co_await context.kube->list(kube::pod_type, context.target.ns, of_job));
      for (json::value const& pod : pods.items) {
        co_return co_await context.kube->logs(context.target.ns, kube::name_of(pod));
      }
    }
    co_return fail({.kind = ErrorKind::not_found,
                    .what = "the migration did not run",
                    .where = "Kustomization " + objects_.kustomization,
                    .why = "it made no new Job",
                    .todo = "set spec.force: true, so that a changed Job is made anew"});
  }

  Task<Result<>> write_history_witness(RunContext& context, StepSpec const& spec) {
    std::string before;
    std::string table = "public.schema_migrations";
    for (auto const& [name, value] : context.facts) {
      if (!name.starts_with(engine::facts::target(""))) continue;
      before = get_string(value, "history");
      table = get_string(value, "history_table", table);
    }
    CO_TRY(std::string const after, co_await read_history(context, context.target.cluster, table));
    context.witness(spec.id, {.seen = after != before,
                              .channel = "history table " + table,
                              .expected = "another state than " + before,
                              .observed = after});
    co_return Result<>();
  }

  flux::FluxObjects objects_;
  std::vector<std::string> known_jobs_;
  std::string job_;
  std::string branch_;
  std::string committed_at_;
};

engine::RegisterStep<CommitMigration> const registered;

}  // namespace

}  // namespace pgdrill::steps
