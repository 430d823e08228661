// How watches begin, go on and end.
#include <fmt/format.h>

#include "harness/base/text.hpp"
#include "tests/conformance/framework/chapter.hpp"

namespace pgdrill::conformance {
namespace {

// Each line of a watch as "ADDED ConfigMap one", with what marks the end of the initial events.
void note_lines(Stage& stage, std::string const& track, std::string_view body) {
  for (std::string const& text : split(body, '\n')) {
    auto const event = parse_json(text);
    if (!event) continue;
    json::value const& object = event->at("object");
    if (kube::name_of(object) == "kube-root-ca.crt") continue;
    std::string line =
        get_string(*event, "type") + " " + get_string(object, "kind") + " " + kube::name_of(object);
    if (get_string(*event, "type") == "ERROR") {
      line += fmt::format("{} {}", get_int(object, "code"), get_string(object, "reason"));
    }
    if (!kube::annotation_of(object, "k8s.io/initial-events-end").empty()) line += "(end of initial events)";
    stage.note(track, line);
  }
}

Task<> watch(Stage& stage, std::string track, std::string parameters) {
  net::HttpRequest request{
      .method = "GET",
      .target = stage.path(kube::config_map_type) + "?watch=true&timeoutSeconds=1" + parameters,
      .headers = {{"Accept", "application/json"}},
      .body = ""};
  auto const answer = co_await stage.transport().exchange(
      {.request = std::move(request), .what = "cannot watch", .where = "ConfigMaps"});
  if (!answer) {
    stage.note(track, fmt::format("{} {}", answer.error().status, answer.error().code));
    co_return;
  }
  note_lines(stage, track, *answer);
  stage.note(track, "end");
}

Task<> play(Stage& stage) {
  kube::Object const one{{"metadata", {{"name", "one"}}}};
  co_await stage.create(kube::config_map_type, one);
  auto const before = co_await stage.client().list(kube::config_map_type, stage.ns());
  if (!before) throw ChapterFailed(::pgdrill::describe(before.error()));
  std::string const from = "&resourceVersion=" + before->resource_version;
  co_await stage.merge(kube::config_map_type, "one", {{"metadata", {{"labels", {{"kept", "yes"}}}}}});
  co_await stage.merge(kube::config_map_type, "one", {{"metadata", {{"labels", {{"kept", nullptr}}}}}});
  kube::Object const two{{"metadata", {{"name", "two"}}}};
  co_await stage.create(kube::config_map_type, two);
  co_await stage.remove(kube::config_map_type, "two");
  co_await watch(stage, "watch without a version", "");
  co_await watch(stage, "watch from version 0", "&resourceVersion=0");
  co_await watch(stage, "watch from the list", from);
  co_await watch(stage, "watch from the list with a label", from + "&labelSelector=kept%3Dyes");
  co_await watch(stage, "watch from the list with a field", from + "&fieldSelector=metadata.name%3Dtwo");
  co_await watch(stage, "watch from no version", "&resourceVersion=x");
  co_await watch(stage, "watch with initial events",
                 "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");
  co_await watch(stage, "watch with initial events without a match", "&sendInitialEvents=true");
}

bool const registered = add_chapter({.name = "watches", .group = "api", .place = 20, .play = play});

}  // namespace
}  // namespace pgdrill::conformance
