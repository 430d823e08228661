// Strategic merge patch, with the merge keys of the built-in kinds that the sandbox serves
// (https://github.com/kubernetes/community, sig-api-machinery/strategic-merge-patch.md).
#include <algorithm>
#include <array>

#include "harness/sandbox/api/patch.hpp"

namespace pgdrill::sandbox {
namespace {

// A list's merge key by the field that holds the list; ports go by containerPort in a pod, by port in a
// service.
std::vector<std::string_view> merge_keys(std::string_view field) {
  static constexpr std::array named = {"containers", "initContainers", "ephemeralContainers",
                                       "env",        "volumes",        "imagePullSecrets",
                                       "secrets",    "resourceClaims"};
  if (std::ranges::find(named, field) != named.end()) return {"name"};
  if (field == "ports") return {"containerPort", "port"};
  if (field == "volumeMounts") return {"mountPath"};
  if (field == "volumeDevices") return {"devicePath"};
  if (field == "ownerReferences") return {"uid"};
  if (field == "conditions") return {"type"};
  if (field == "hostAliases" || field == "podIPs" || field == "hostIPs") return {"ip"};
  if (field == "topologySpreadConstraints") return {"topologyKey"};
  return {};
}

json::value const* key_of(json::value const& item, std::vector<std::string_view> const& keys) {
  if (!item.is_object()) return nullptr;
  for (auto const key : keys) {
    if (auto const* value = item.get_object().if_contains(key)) return value;
  }
  return nullptr;
}

bool directive_is(json::value const& value, std::string_view directive) {
  return value.is_object() && get_string(value, "$patch") == directive;
}

void merge_list(json::array& target, json::array const& patch, std::vector<std::string_view> const& keys) {
  if (std::ranges::any_of(patch, [](json::value const& item) { return directive_is(item, "replace"); }))
    target.clear();
  for (auto const& item : patch) {
    if (directive_is(item, "replace")) continue;
    json::value const* key = key_of(item, keys);
    auto const same = std::ranges::find_if(target, [&](json::value const& other) {
      json::value const* other_key = key_of(other, keys);
      return key != nullptr && other_key != nullptr && *key == *other_key;
    });
    if (directive_is(item, "delete")) {
      if (same != target.end()) target.erase(same);
    } else if (same != target.end()) {
      strategic_merge(*same, item);
    } else {
      json::value fresh = json::object();
      strategic_merge(fresh, item);
      target.push_back(std::move(fresh));
    }
  }
}

// $setElementOrder: the named items in the order given, the others stay behind them.
void order_list(json::array& target, json::array const& order, std::vector<std::string_view> const& keys) {
  auto const rank = [&](json::value const& item) {
    auto const same = std::ranges::find_if(order, [&](json::value const& wanted) {
      if (keys.empty()) return wanted == item;
      json::value const* key = key_of(item, keys);
      json::value const* wanted_key = key_of(wanted, keys);
      return key != nullptr && wanted_key != nullptr && *key == *wanted_key;
    });
    return same - order.begin();
  };
  std::vector<std::pair<std::ptrdiff_t, std::size_t>> places;
  for (std::size_t index = 0; index < target.size(); ++index) places.emplace_back(rank(target[index]), index);
  std::ranges::sort(places);
  json::array ordered;
  for (auto const& [ignored, index] : places) ordered.push_back(target[index]);
  target = std::move(ordered);
}

void merge_primitives(json::array& target, json::array const& patch) {
  for (auto const& item : patch) {
    if (std::ranges::find(target, item) == target.end()) target.push_back(item);
  }
}

void merge_field(json::object& target, std::string_view field, json::value const& patch) {
  if (patch.is_null()) {
    target.erase(field);
    return;
  }
  auto const keys = merge_keys(field);
  json::value& into = target[field];
  if (patch.is_array() && (!keys.empty() || field == "finalizers")) {
    if (!into.is_array()) into = json::array();
    if (keys.empty()) {
      merge_primitives(into.get_array(), patch.get_array());
    } else {
      merge_list(into.get_array(), patch.get_array(), keys);
    }
    return;
  }
  strategic_merge(into, patch);
}

void perform_directives(json::object& target, json::object const& patch) {
  constexpr std::string_view from_primitives = "$deleteFromPrimitiveList/";
  constexpr std::string_view element_order = "$setElementOrder/";
  for (auto const& [name, value] : patch) {
    std::string_view const key = name;
    if (key.starts_with(from_primitives) && value.is_array()) {
      auto* list = target.if_contains(key.substr(from_primitives.size()));
      if (list == nullptr || !list->is_array()) continue;
      json::array kept;
      for (auto const& item : list->get_array()) {
        if (std::ranges::find(value.get_array(), item) == value.get_array().end()) kept.push_back(item);
      }
      *list = std::move(kept);
    } else if (key.starts_with(element_order) && value.is_array()) {
      std::string_view const field = key.substr(element_order.size());
      auto* list = target.if_contains(field);
      if (list != nullptr && list->is_array())
        order_list(list->get_array(), value.get_array(), merge_keys(field));
    } else if (key == "$retainKeys" && value.is_array()) {
      std::vector<std::string> gone;
      for (auto const& member : target) {
        bool const kept =
            std::ranges::find(value.get_array(), json::value(member.key())) != value.get_array().end();
        if (!kept) gone.emplace_back(member.key());
      }
      for (auto const& member : gone) target.erase(member);
    }
  }
}

}  // namespace

void strategic_merge(json::value& target, json::value const& patch) {
  if (!patch.is_object()) {
    target = patch;
    return;
  }
  if (!target.is_object() || directive_is(patch, "replace")) target = json::object();
  json::object& into = target.get_object();
  for (auto const& [key, value] : patch.get_object()) {
    if (!key.starts_with('$')) merge_field(into, key, value);
  }
  perform_directives(into, patch.get_object());
}

}  // namespace pgdrill::sandbox
