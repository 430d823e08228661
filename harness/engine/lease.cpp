#include "harness/engine/lease.hpp"

#include "harness/engine/context.hpp"

namespace pgdrill::engine {

namespace {

// Of a lease that does not say it.
constexpr auto lease_duration =
    std::chrono::duration_cast<std::chrono::seconds>(NamespaceLease::usual_duration);

kube::ObjectRef lease_ref(std::string const& ns) { return {kube::lease_type, ns, std::string(lease_name)}; }

std::string holder_of(json::value const& lease) { return get_string(lease, "spec.holderIdentity"); }

/// Runs that began together do not renew together: each waits a share of its own, from three quarters of the
/// interval to the whole, and of any length before the first time.
Duration renewal_pause(std::string const& holder, Duration interval, std::int64_t number) {
  std::uint64_t const seed = std::hash<std::string>()(holder);
  double const share = random_fraction(seed, "renewal " + std::to_string(number));
  double const part = number == 0 ? share : 0.75 + share / 4;
  return Duration(static_cast<std::int64_t>(static_cast<double>(interval.count()) * part));
}

/// How much longer the holder may rest; zero or less: it has expired.
Duration time_left(json::value const& lease) {
  Result<WallTime> const renewed = parse_time(get_string(lease, "spec.renewTime"));
  if (!renewed) return Duration::zero();
  std::chrono::seconds const duration(get_int(lease, "spec.leaseDurationSeconds", lease_duration.count()));
  return *renewed + duration - wall_now();
}

json::object spec_of(std::string const& holder, Duration duration, std::int64_t transitions) {
  std::string const now = format_rfc3339(wall_now());
  return {{"holderIdentity", holder},
          {"leaseDurationSeconds", std::chrono::ceil<std::chrono::seconds>(duration).count()},
          {"acquireTime", now},
          {"renewTime", now},
          {"leaseTransitions", transitions}};
}

Error held_by_other(std::string const& ns, std::string const& holder) {
  return {.kind = ErrorKind::refused,
          .what = "namespace " + ns + " is in use",
          .where = lease_ref(ns).text(),
          .why = "run " + holder + " holds it",
          .todo = "wait for its end; if it was killed, pgdrill cleanup -n " + ns};
}

}  // namespace

NamespaceLease::NamespaceLease(std::shared_ptr<kube::Client> client, std::string ns, std::string holder,
                               Duration duration)
    : client_(std::move(client)), ns_(std::move(ns)), holder_(std::move(holder)), duration_(duration) {}

Task<Result<>> NamespaceLease::acquire() {
  kube::Object fresh{{"metadata", {{"name", lease_name}, {"labels", {{std::string(run_label), holder_}}}}},
                     {"spec", spec_of(holder_, duration_, 0)}};
  Result<json::value> taken = co_await client_->create(kube::lease_type, ns_, fresh);
  if (!taken && taken.error().kind == ErrorKind::conflict) {
    CO_TRY(json::value const current, co_await client_->get(lease_ref(ns_)));
    if (time_left(current) > Duration::zero()) co_return fail(held_by_other(ns_, holder_of(current)));
    set(fresh, "metadata.resourceVersion", json::value(kube::version_of(current)));
    set(fresh, "spec", spec_of(holder_, duration_, get_int(current, "spec.leaseTransitions") + 1));
    taken = co_await client_->update(lease_ref(ns_), fresh);
    if (!taken && taken.error().kind == ErrorKind::conflict) {
      co_return fail(held_by_other(ns_, "another one"));  // two took it over at once; the other was first
    }
  }
  if (!taken) co_return fail(taken.error());
  uid_ = kube::uid_of(*taken);
  held_ = true;
  co_return Result<>();
}

Task<Result<>> NamespaceLease::renew() {
  CO_TRY(json::value const current, co_await client_->get(lease_ref(ns_)));
  if (holder_of(current) != holder_) co_return fail(held_by_other(ns_, holder_of(current)));
  json::object const patch{{"metadata", {{"resourceVersion", kube::version_of(current)}}},
                           {"spec", {{"renewTime", format_rfc3339(wall_now())}}}};
  CO_TRY_VOID(co_await client_->patch(lease_ref(ns_), kube::PatchType::merge, patch));
  co_return Result<>();
}

Task<Result<>> NamespaceLease::keep() {
  Monotonic renewed = std::chrono::steady_clock::now();
  for (std::int64_t number = 0;; ++number) {
    co_await sleep_for(renewal_pause(holder_, duration_ / 4, number));
    Result<> const result = co_await renew();
    Monotonic const now = std::chrono::steady_clock::now();
    if (result) {
      renewed = now;
      continue;
    }
    ErrorKind const kind = result.error().kind;
    bool const lost = kind == ErrorKind::refused || kind == ErrorKind::not_found;
    if (!lost && now - renewed < duration_) continue;
    held_ = !lost;
    Error error = result.error();
    error.what = "the hold on namespace " + ns_ + " is lost: " + error.what;
    co_return fail(std::move(error));
  }
}

Task<Result<>> NamespaceLease::release() {
  if (!held_) co_return Result<>();
  held_ = false;
  Result<> const removed =
      co_await client_->remove(lease_ref(ns_), {.grace_period_seconds = {}, .uid = uid_});
  if (!removed && removed.error().kind != ErrorKind::not_found) co_return removed;
  co_return Result<>();
}

Task<Result<>> release_stale_lease(kube::Client& client, std::string ns) {
  Result<json::value> const first = co_await client.get(lease_ref(ns));
  if (!first && first.error().kind == ErrorKind::not_found) co_return Result<>();
  if (!first) co_return fail(first.error());
  Duration const left = time_left(*first);
  if (left > Duration::zero()) co_await sleep_for(std::min<Duration>(left, lease_duration));
  Result<json::value> const second = co_await client.get(lease_ref(ns));
  if (!second && second.error().kind == ErrorKind::not_found) co_return Result<>();
  if (!second) co_return fail(second.error());
  bool const renewed = get_string(*first, "spec.renewTime") != get_string(*second, "spec.renewTime");
  if (renewed) {
    Error error = held_by_other(ns, holder_of(*second));
    error.why += " and is alive";
    error.todo = "wait for its end, or end it";
    co_return fail(std::move(error));
  }
  Result<> const removed =
      co_await client.remove(lease_ref(ns), {.grace_period_seconds = {}, .uid = kube::uid_of(*second)});
  if (!removed && removed.error().kind != ErrorKind::not_found) co_return removed;
  co_return Result<>();
}

}  // namespace pgdrill::engine
