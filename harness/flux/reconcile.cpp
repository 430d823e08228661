#include "harness/flux/reconcile.hpp"

#include "harness/base/text.hpp"

namespace pgdrill::flux {

namespace {

constexpr std::string_view requested_at = "reconcile.fluxcd.io/requestedAt";

kube::ObjectRef source_ref(FluxObjects const& objects) {
  return {kube::git_repository_type, objects.ns, objects.repository};
}
kube::ObjectRef kustomization_ref(FluxObjects const& objects) {
  return {kube::kustomization_type, objects.ns, objects.kustomization};
}

bool has_commit(json::value const& object, std::string_view path, std::string const& commit) {
  return get_string(object, path).ends_with(commit);
}

json::value const* ready_of(json::value const& object) { return kube::condition_of(object, "Ready"); }

bool ready_is(json::value const& object, std::string_view status) {
  json::value const* const ready = ready_of(object);
  return ready != nullptr && get_string(*ready, "status") == status;
}

Task<Result<>> refuse_suspended(kube::Client& client, kube::ObjectRef ref) {
  CO_TRY(json::value const object, co_await client.get(ref));
  if (!get_bool(object, "spec.suspend")) co_return Result<>();
  co_return fail({.kind = ErrorKind::refused,
                  .what = "cannot reconcile",
                  .where = ref.text(),
                  .why = "it is suspended",
                  .todo = "flux resume it, or patch spec.suspend to false"});
}

Task<Result<>> request(kube::Client& client, kube::ObjectRef ref, std::string token) {
  CO_TRY_VOID(co_await refuse_suspended(client, ref));
  json::object const patch{{"metadata", {{"annotations", {{requested_at, token}}}}}};
  CO_TRY_VOID(co_await client.patch(ref, kube::PatchType::merge, patch));
  co_return Result<>();
}

Error failed(kube::ObjectRef const& ref, json::value const& object, std::string what) {
  json::value const* const ready = ready_of(object);
  std::string const reason = ready == nullptr ? "" : get_string(*ready, "reason");
  std::string const message = ready == nullptr ? "" : get_string(*ready, "message");
  return {.kind = ErrorKind::invalid,
          .what = std::move(what),
          .where = ref.text(),
          .why = reason + ": " + message,
          .code = reason};
}

/// Waits until `done` or `broken`; the latter is an error in Flux's words.
Task<Result<json::value>> wait_until(kube::Client& client, kube::ObjectRef ref,
                                     std::function<bool(json::value const&)> done,
                                     std::function<bool(json::value const&)> broken, Duration limit,
                                     std::string what) {
  auto const decided = [&](json::value const* object) {
    return object != nullptr && (done(*object) || broken(*object));
  };
  CO_TRY(json::value object, co_await kube::wait_for(client, ref, decided, limit, what));
  if (!done(object)) co_return tl::make_unexpected(failed(ref, object, what));
  co_return object;
}

Duration left_until(Monotonic end) {
  return std::max<Duration>(end - std::chrono::steady_clock::now(), Duration::zero());
}

}  // namespace

Task<Result<Repository>> repository_of(kube::Client& client, FluxObjects objects) {
  CO_TRY(json::value const object, co_await client.get(source_ref(objects)));
  Repository repository{.url = get_string(object, "spec.url"),
                        .branch = get_string(object, "spec.ref.branch")};
  if (repository.branch.empty()) {
    co_return fail({.kind = ErrorKind::refused,
                    .what = "cannot commit to the repository",
                    .where = source_ref(objects).text(),
                    .why = "it follows no branch (spec.ref.branch)"});
  }
  co_return repository;
}

Task<Result<std::string>> path_of_kustomization(kube::Client& client, FluxObjects objects) {
  CO_TRY(json::value const object, co_await client.get(kustomization_ref(objects)));
  std::string path = get_string(object, "spec.path", ".");
  if (path.starts_with("./")) path.erase(0, 2);
  co_return path;
}

Task<Result<>> not_suspended(kube::Client& client, FluxObjects objects) {
  CO_TRY_VOID(co_await refuse_suspended(client, source_ref(objects)));
  co_return co_await refuse_suspended(client, kustomization_ref(objects));
}

Task<Result<ReconcileClocks>> reconcile(kube::Client& client, FluxObjects objects, std::string commit,
                                        Duration limit) {
  Monotonic const end = std::chrono::steady_clock::now() + limit;
  std::string const token = format_rfc3339(wall_now()) + "-" + random_suffix(4);
  ReconcileClocks clocks{.requested = std::chrono::steady_clock::now(),
                         .fetched = {},
                         .fetched_at = {},
                         .applied = {},
                         .applied_at = {}};
  CO_TRY_VOID(co_await request(client, source_ref(objects), token));
  auto const fetched = [&](json::value const& object) {
    return has_commit(object, "status.artifact.revision", commit);
  };
  // An old failure is not ours: only one that has seen our request counts.
  auto const fetch_failed = [&](json::value const& object) {
    return get_string(object, "status.lastHandledReconcileAt") == token && ready_is(object, "False");
  };
  CO_TRY(json::value const source,
         co_await wait_until(client, source_ref(objects), fetched, fetch_failed, left_until(end),
                             "commit " + commit.substr(0, 12) + " was not fetched"));
  clocks.fetched = std::chrono::steady_clock::now();
  clocks.fetched_at = get_string(source, "status.artifact.lastUpdateTime");
  CO_TRY_VOID(co_await request(client, kustomization_ref(objects), token));
  auto const applied = [&](json::value const& object) {
    bool const observed =
        get_int(object, "metadata.generation") == get_int(object, "status.observedGeneration", -1);
    return has_commit(object, "status.lastAppliedRevision", commit) && ready_is(object, "True") && observed;
  };
  auto const apply_failed = [&](json::value const& object) {
    return get_string(object, "status.lastHandledReconcileAt") == token &&
           has_commit(object, "status.lastAttemptedRevision", commit) && ready_is(object, "False");
  };
  CO_TRY(json::value const kustomization,
         co_await wait_until(client, kustomization_ref(objects), applied, apply_failed, left_until(end),
                             "commit " + commit.substr(0, 12) + " was not applied"));
  clocks.applied = std::chrono::steady_clock::now();
  clocks.applied_at = get_string(*ready_of(kustomization), "lastTransitionTime");
  co_return clocks;
}

}  // namespace pgdrill::flux
