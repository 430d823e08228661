#include "harness/triggers/feeds.hpp"

#include <boost/asio/as_tuple.hpp>
#include <set>

#include "harness/base/scope.hpp"
#include "probes/sampling.hpp"

namespace pgdrill::triggers {

namespace {

constexpr Duration query_limit = std::chrono::seconds(5);
// A database that is down is not asked in a busy loop.
constexpr Duration retry_interval = std::chrono::milliseconds(50);
// Longer than any run: the connection is given up when it breaks.
constexpr Duration connection_lifetime = std::chrono::hours(24);

/// Shared with the journal's listener, which outlives the trigger.
struct Listening {
  std::string event;
  engine::Look look;
  bool enough = false;
  asio::steady_timer signal;
};

/// The listener must not use what has ended, however it ends.
struct StopListening {
  std::shared_ptr<Listening> listening;
  ~StopListening() { listening->look = nullptr; }
};

}  // namespace

Task<Result<>> feed_events(engine::RunContext& context, std::string event, engine::Look look) {
  asio::any_io_executor const executor = co_await asio::this_coro::executor;
  auto const listening = std::make_shared<Listening>(
      Listening{.event = std::move(event), .look = std::move(look), .signal = asio::steady_timer(executor)});
  StopListening const stop{listening};
  context.journal.subscribe([listening](json::object const& written) {
    if (!listening->look || listening->enough || get_string(written, "event") != listening->event) return;
    if (!listening->look(written)) return;
    listening->enough = true;
    listening->signal.cancel();
  });
  listening->signal.expires_at(Monotonic::max());
  while (!listening->enough) {
    static_cast<void>(co_await listening->signal.async_wait(asio::as_tuple(asio::use_awaitable)));
    // Ends here when it was the run that cancelled.
    if (!listening->enough) co_await sleep_for(Duration::zero());
  }
  co_return Result<>();
}

Task<Result<>> feed_object(engine::RunContext& context, kube::ObjectRef ref, engine::Look look) {
  kube::ListOptions options;
  options.field_selector = "metadata.name=" + ref.name;
  options.bookmark_after_list = true;
  std::unique_ptr<kube::Watch> const watch = context.kube->watch(ref.type, ref.ns, std::move(options));
  bool exists = false;
  while (true) {
    CO_TRY(kube::WatchEvent const event, co_await watch->next());
    using Type = kube::WatchEvent::Type;
    if (event.type == Type::bookmark && exists) continue;
    exists = event.type == Type::added || event.type == Type::modified;
    if (look(exists ? event.object : json::value(nullptr))) co_return Result<>();
  }
}

Task<Result<>> feed_query(engine::RunContext& context, std::string sql, engine::Look look) {
  probes::Link link(context, {.service = context.target.service, .secret = context.target.secret},
                    connection_lifetime);
  while (true) {
    Monotonic const asked = std::chrono::steady_clock::now();
    Result<postgres::Rows> const rows = co_await link.query(sql, {}, query_limit);
    if (rows) {
      json::object observation{{"value", rows->scalar()}, {"asked_ns", context.journal.elapsed_ns(asked)}};
      if (look(std::move(observation))) co_return Result<>();
    } else if (rows.error().kind == ErrorKind::postgres && rows.error().code.starts_with("42")) {
      co_return fail(rows.error());  // the statement is wrong: it will not get better
    }
    co_await sleep_until(asked + (rows ? query_interval : retry_interval));
  }
}

namespace {

struct Following {
  engine::RunContext& context;
  PodLogs logs;
  engine::Look look;
  Scope& scope;
  bool enough = false;
};

Task<> follow_pod(Following& following, std::string pod, std::optional<int> tail) {
  Result<std::unique_ptr<kube::LogStream>> const stream = co_await following.context.kube->follow_logs(
      following.context.target.ns, pod,
      {.container = following.logs.container, .follow = true, .tail_lines = tail});
  if (!stream) co_return;  // a pod that has gone says nothing more
  while (!following.enough) {
    Result<std::optional<std::string>> const line = co_await (*stream)->next_line();
    if (!line || !*line) co_return;
    if (!following.look(json::object{{"pod", pod}, {"line", **line}})) continue;
    following.enough = true;
    following.scope.cancel();
  }
}

bool has_started(json::value const& pod) {
  std::string const phase = get_string(pod, "status.phase");
  return phase == "Running" || phase == "Succeeded" || phase == "Failed";
}

Task<> find_pods(Following& following, std::optional<Error>& problem) {
  std::unique_ptr<kube::Watch> const watch =
      following.context.kube->watch(kube::pod_type, following.context.target.ns,
                                    {.label_selector = following.logs.selector, .bookmark_after_list = true});
  std::set<std::string> followed;
  std::optional<int> tail = 0;  // of pods that run already only what they write from now on
  while (true) {
    Result<kube::WatchEvent> const event = co_await watch->next();
    if (!event) {
      problem = event.error();
      following.scope.cancel();
      co_return;
    }
    if (event->type == kube::WatchEvent::Type::bookmark) {
      tail.reset();
      continue;
    }
    if (event->type == kube::WatchEvent::Type::deleted || !has_started(event->object)) continue;
    if (!followed.insert(kube::uid_of(event->object)).second) continue;
    following.scope.spawn("log", follow_pod(following, kube::name_of(event->object), tail));
  }
}

}  // namespace

Task<Result<>> feed_logs(engine::RunContext& context, PodLogs logs, engine::Look look) {
  std::optional<Error> problem;
  std::optional<Following> following;
  std::function<Task<>(Scope&)> body = [&](Scope& scope) -> Task<> {
    following.emplace(Following{.context = context, .logs = logs, .look = look, .scope = scope});
    scope.spawn("pods", find_pods(*following, problem));
    return scope.join();
  };
  co_await with_scope(std::move(body));
  if (problem) co_return fail(*problem);
  co_return Result<>();
}

}  // namespace pgdrill::triggers
