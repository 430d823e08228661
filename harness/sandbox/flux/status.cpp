#include "harness/sandbox/flux/status.hpp"

#include <algorithm>

namespace pgdrill::sandbox {

namespace {

json::object& status_of(kube::Object& object) {
  json::value& status = object["status"];
  if (!status.is_object()) status.emplace_object();
  return status.get_object();
}

json::array& conditions_of(kube::Object& object) {
  json::value& conditions = status_of(object)["conditions"];
  if (!conditions.is_array()) conditions.emplace_array();
  return conditions.get_array();
}

}  // namespace

void set_condition(kube::Object& object, std::string const& type, std::string const& status,
                   std::string const& reason, std::string const& message) {
  std::string since = format_rfc3339_seconds(wall_now());
  std::int64_t const generation = get_int(json::value(object), "metadata.generation");
  json::array& conditions = conditions_of(object);
  auto const former =
      std::ranges::find_if(conditions, [&](json::value const& c) { return get_string(c, "type") == type; });
  if (former != conditions.end() && get_string(*former, "status") == status) {
    since = get_string(*former, "lastTransitionTime", since);
  }
  json::object next{{"type", type},
                    {"status", status},
                    {"reason", reason},
                    {"message", message},
                    {"observedGeneration", generation},
                    {"lastTransitionTime", since}};
  if (former != conditions.end()) {
    *former = std::move(next);
  } else {
    conditions.push_back(std::move(next));
  }
}

void drop_condition(kube::Object& object, std::string_view type) {
  json::array& conditions = conditions_of(object);
  auto const found =
      std::ranges::find_if(conditions, [&](json::value const& c) { return get_string(c, "type") == type; });
  if (found != conditions.end()) conditions.erase(found);
}

void set_observed(kube::Object& object, json::value const& seen) {
  json::object& status = status_of(object);
  status["observedGeneration"] = get_int(seen, "metadata.generation");
  std::string const token = kube::annotation_of(seen, requested_at);
  if (!token.empty()) status["lastHandledReconcileAt"] = token;
}

bool asks_for_more(json::value const& object) {
  bool const new_generation =
      get_int(object, "metadata.generation") != get_int(object, "status.observedGeneration", -1);
  return new_generation ||
         kube::annotation_of(object, requested_at) != get_string(object, "status.lastHandledReconcileAt");
}

Duration duration_at(json::value const& object, std::string_view path, Duration otherwise) {
  return parse_duration(get_string(object, path)).value_or(otherwise);
}

}  // namespace pgdrill::sandbox
