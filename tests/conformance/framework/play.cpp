#include "tests/conformance/framework/play.hpp"

#include <fmt/format.h>

#include "harness/base/text.hpp"

namespace pgdrill::conformance {
namespace {

constexpr kube::ResourceType deployment_type{"apps", "v1", "deployments", "Deployment"};

Task<> play_one(Stage& stage, Chapter chapter, std::vector<Played>& played) {
  Played result{.chapter = chapter, .seen = {}, .failure = ""};
  Monotonic const begun = std::chrono::steady_clock::now();
  stage.recorder().begin();
  try {
    co_await chapter.play(stage);
  } catch (ChapterFailed const& failed) {
    result.failure = failed.what();
  }
  result.seen = co_await stage.recorder().finish(stage.setting().quiet);
  co_await stage.remove_leftovers();
  // Its last traces belong to no chapter.
  (void)co_await stage.recorder().finish(stage.setting().quiet);
  fmt::print(stderr, "{:<28} {:>6.1f} s{}\n", chapter.name,
             to_seconds(std::chrono::steady_clock::now() - begun),
             result.failure.empty() ? "" : "  failed: " + result.failure);
  played.push_back(std::move(result));
}

Task<> play_all(Scope& scope, Stage& stage, std::string group, std::vector<Played>& played) {
  stage.recorder().start(scope);
  for (Chapter const& chapter : chapters()) {
    if (chapter.group != group) continue;
    co_await play_one(stage, chapter, played);
    if (!played.back().failure.empty()) break;
  }
  scope.cancel();
}

// The claims of its clusters are gone before the next group begins.
Task<> remove_namespace(kube::Client& client, std::string ns) {
  for (kube::ResourceType const& type : {kube::cluster_type, kube::backup_type}) {
    auto const objects = co_await client.list(type, ns);
    if (!objects) continue;
    for (json::value const& object : objects->items)
      (void)co_await client.remove({type, ns, kube::name_of(object)});
  }
  (void)co_await client.remove({kube::namespace_type, "", ns});
  (void)co_await kube::wait_gone(client, {kube::namespace_type, "", ns}, std::chrono::minutes(2));
}

}  // namespace

Task<Result<std::vector<Played>>> play_group(std::shared_ptr<kube::Client> client, std::string group,
                                             Setting setting) {
  std::string const ns = "conformance-" + random_suffix(6);
  auto const made = co_await client->create(kube::namespace_type, "", {{"metadata", {{"name", ns}}}});
  if (!made) co_return tl::make_unexpected(made.error());
  std::vector<Played> played;
  Recorder recorder(client, ns);
  recorder.normaliser().replace(setting.image, "<image>");
  Stage stage(client, ns, setting, recorder);
  std::function<Task<>(Scope&)> body = [&](Scope& scope) { return play_all(scope, stage, group, played); };
  co_await with_scope(std::move(body));
  co_await remove_namespace(*client, ns);
  co_return played;
}

Task<std::string> made_of(kube::Client& client) {
  auto const version = co_await client.raw_get("/version");
  auto const deployment = co_await client.get({deployment_type, "cnpg-system", "cnpg-controller-manager"});
  std::string const image =
      deployment
          ? get_string(deployment->at("spec").at("template").at("spec").at("containers").at(0), "image")
          : "";
  co_return fmt::format("Kubernetes {}, CloudNativePG {}",
                        version ? get_string(*version, "gitVersion") : "of unknown version",
                        image.empty() ? "of unknown version" : image.substr(image.rfind(':') + 1));
}

}  // namespace pgdrill::conformance
