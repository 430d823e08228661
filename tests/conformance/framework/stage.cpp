#include "tests/conformance/framework/stage.hpp"

#include <fmt/format.h>

#include <utility>

#include "harness/base/text.hpp"

namespace pgdrill::conformance {
namespace {

constexpr auto limit = std::chrono::minutes(4);

template <class T>
T or_failed(Result<T> result) {
  if (!result) throw ChapterFailed(::pgdrill::describe(result.error()));
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

}  // namespace

Stage::Stage(std::shared_ptr<kube::Client> client, std::string ns, Setting setting, Recorder& recorder)
    : client_(std::move(client)),
      transport_(client_->access(), std::chrono::seconds(20)),
      ns_(std::move(ns)),
      setting_(std::move(setting)),
      recorder_(recorder) {}

Task<> Stage::create(kube::ResourceType type, kube::Object object) {
  // The operator's webhooks answer some seconds after its deployment is ready.
  for (int attempt = 0;; ++attempt) {
    auto const created = co_await client_->create(type, ns_, object);
    if (created) co_return;
    if (created.error().status != 500 || attempt == 30)
      throw ChapterFailed(::pgdrill::describe(created.error()));
    co_await sleep_for(std::chrono::seconds(1));
  }
}

Task<> Stage::merge(kube::ResourceType type, std::string name, json::value change, std::string subresource) {
  auto patched = co_await client_->patch({type, ns_, name}, kube::PatchType::merge, std::move(change),
                                         {.subresource = std::move(subresource)});
  or_failed(std::move(patched));
}

Task<> Stage::remove(kube::ResourceType type, std::string name, int grace_seconds) {
  kube::DeleteOptions options;
  if (grace_seconds >= 0) options.grace_period_seconds = grace_seconds;
  auto removed = co_await client_->remove({type, ns_, name}, options);
  or_failed(std::move(removed));
}

Task<json::value> Stage::until(kube::ResourceType type, std::string name, std::string what, Condition holds) {
  auto found = co_await kube::wait_for(*client_, {type, ns_, name}, std::move(holds), limit, std::move(what));
  co_return or_failed(std::move(found));
}

Task<json::value> Stage::until_pod(std::string selector, std::string what, Condition holds) {
  auto const watch = client_->watch(kube::pod_type, ns_, {.label_selector = selector, .field_selector = ""});
  Monotonic const end = std::chrono::steady_clock::now() + limit;
  while (std::chrono::steady_clock::now() < end) {
    auto event = co_await with_deadline(watch->next(), end - std::chrono::steady_clock::now(), what);
    if (!event) throw ChapterFailed(::pgdrill::describe(event.error()));
    if (event->type != kube::WatchEvent::Type::deleted && holds(&event->object))
      co_return std::move(event->object);
  }
  throw ChapterFailed(fmt::format("{}: no pod {} did so within four minutes", what, selector));
}

Task<> Stage::until_phase(kube::ResourceType type, std::string name, std::string phase) {
  Condition holds = [phase](json::value const* object) {
    return object != nullptr && get_string(*object, "status.phase") == phase;
  };
  (void)co_await until(type, name, fmt::format("{} to be in phase {}", name, phase), std::move(holds));
}

Task<> Stage::until_healthy(std::string cluster) {
  co_await until_phase(kube::cluster_type, std::move(cluster), "Cluster in healthy state");
}

Task<> Stage::until_gone(kube::ResourceType type, std::string name) {
  auto gone = co_await kube::wait_gone(*client_, {type, ns_, std::move(name)}, limit);
  or_failed(std::move(gone));
}

Task<> Stage::remove_leftovers() {
  for (std::string const& cluster : std::exchange(leftovers_, {})) {
    (void)co_await client_->remove({kube::cluster_type, ns_, cluster});
    while (true) {
      auto const pods = co_await client_->list(
          kube::pod_type, ns_, {.label_selector = "cnpg.io/cluster=" + cluster, .field_selector = ""});
      if (!pods || pods->items.empty()) break;
      auto const& pod = pods->items.front();
      (void)co_await kube::wait_gone(*client_, {kube::pod_type, ns_, kube::name_of(pod)}, limit);
    }
  }
}

Task<std::string> Stage::primary_of(std::string cluster) {
  auto found = co_await client_->get({kube::cluster_type, ns_, std::move(cluster)});
  co_return get_string(or_failed(std::move(found)), "status.currentPrimary");
}

Task<std::string> Stage::sql(std::string pod, std::string statement) {
  std::vector<std::string> command{"psql", "-U", "postgres", "-qAtc", statement, "app"};
  auto done = co_await client_->exec(ns_, std::move(pod), "postgres", std::move(command));
  auto const result = or_failed(std::move(done));
  if (result.exit_code != 0) throw ChapterFailed(statement + ": " + result.err);
  co_return std::string(trim(result.out));
}

Task<> Stage::request(std::string track, net::HttpRequest request, Summary summary) {
  bool const repeatable = request.method == "GET";
  auto const answer = co_await transport_.exchange(
      {.request = std::move(request), .what = "cannot ask", .where = track, .repeatable = repeatable});
  if (!answer && answer.error().status == 0) throw ChapterFailed(::pgdrill::describe(answer.error()));
  if (!answer) {
    note(track, fmt::format("{} {}: {}", answer.error().status, answer.error().code, answer.error().why));
    co_return;
  }
  auto const body = parse_json(*answer);
  note(track, summary(body ? *body : json::value(*answer)));
}

}  // namespace pgdrill::conformance
