#include "harness/sandbox/flux/apply_set.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/text.hpp"
#include "harness/sandbox/flux/manifests.hpp"

namespace pgdrill::sandbox {

namespace {

constexpr Duration longest_deletion = std::chrono::seconds(60);
constexpr Duration deletion_poll = std::chrono::milliseconds(20);

/// Merges as a JSON merge patch does, but null is a value that is not sent.
void merge_into(json::value& live, json::value const& wanted) {
  if (!wanted.is_object() || !live.is_object()) {
    live = wanted;
    return;
  }
  for (auto const& field : wanted.get_object()) merge_into(live.get_object()[field.key()], field.value());
}

json::object labelled(json::value const& object, ApplyOptions const& options, std::string const& ns) {
  json::object result = object.get_object();
  if (!ns.empty()) set(result, "metadata.namespace", json::value(ns));
  json::object& metadata = result["metadata"].as_object();
  if (!metadata["labels"].is_object()) metadata["labels"].emplace_object();
  json::object& labels = metadata["labels"].get_object();
  labels["kustomize.toolkit.fluxcd.io/name"] = options.kustomization;
  labels["kustomize.toolkit.fluxcd.io/namespace"] = options.ns;
  return result;
}

Task<Result<>> delete_and_wait(Store& store, Applied const& applied) {
  static_cast<void>(store.remove(applied.type, applied.ns, applied.name));
  Monotonic const end = std::chrono::steady_clock::now() + longest_deletion;
  while (store.get(applied.type, applied.ns, applied.name).has_value()) {
    if (std::chrono::steady_clock::now() > end) {
      co_return fail(
          {.kind = ErrorKind::timeout, .what = applied.text() + " delete failed", .why = "it does not go"});
    }
    co_await sleep_for(deletion_poll);
  }
  co_return Result<>();
}

Task<Result<std::string>> apply_one(Store& store, json::object wanted, Applied applied, bool force) {
  Result<json::value> const live = store.get(applied.type, applied.ns, applied.name);
  if (live && covers(*live, wanted)) co_return std::string("unchanged");
  if (live) {
    json::value changed = *live;
    merge_into(changed, wanted);
    changed.as_object()["metadata"].as_object().erase("resourceVersion");
    Result<json::value> const updated = store.update(applied.type, changed.as_object());
    if (updated) co_return std::string("configured");
    bool const immutable = updated.error().kind == ErrorKind::invalid;
    if (!immutable || !force) co_return tl::make_unexpected(updated.error());
    CO_TRY_VOID(co_await delete_and_wait(store, applied));
  }
  CO_TRY_VOID(store.create(applied.type, std::move(wanted)));
  co_return std::string(live ? "recreated" : "created");
}

/// "develop_migrate_batch_Job" taken apart again.
struct InventoryId {
  std::string ns, name, group, kind;
};
InventoryId parse_id(std::string const& id) {
  std::vector<std::string> const parts = split(id, '_');
  return parts.size() == 4 ? InventoryId{parts[0], parts[1], parts[2], parts[3]} : InventoryId{};
}

}  // namespace

std::string Applied::id() const { return fmt::format("{}_{}_{}_{}", ns, name, type.group, type.kind); }

std::string Applied::text() const {
  return ns.empty() ? fmt::format("{}/{}", type.kind, name) : fmt::format("{}/{}/{}", type.kind, ns, name);
}

bool covers(json::value const& live, json::value const& wanted) {
  if (wanted.is_object()) {
    return live.is_object() && std::ranges::all_of(wanted.get_object(), [&](auto const& field) {
             json::value const* const member = live.get_object().if_contains(field.key());
             return field.value().is_null() || (member != nullptr && covers(*member, field.value()));
           });
  }
  if (wanted.is_array()) {
    if (!live.is_array() || live.get_array().size() != wanted.get_array().size()) return false;
    for (std::size_t i = 0; i < wanted.get_array().size(); ++i) {
      if (!covers(live.get_array()[i], wanted.get_array()[i])) return false;
    }
    return true;
  }
  return live == wanted;
}

Task<Result<std::vector<Applied>>> apply_set(Store& store, std::vector<json::value> objects,
                                             ApplyOptions options) {
  std::vector<Applied> all;
  for (json::value const& object : objects) {
    CO_TRY(kube::ResourceType const type, type_of_manifest(object));
    std::string const ns =
        type.namespaced ? get_string(object, "metadata.namespace", options.default_namespace) : std::string();
    Applied applied{.type = type, .ns = ns, .name = kube::name_of(object), .action = ""};
    Result<std::string> action =
        co_await apply_one(store, labelled(object, options, ns), applied, options.force);
    if (!action) {
      Error error = action.error();
      error.what = applied.text() + " dry-run failed";
      co_return tl::make_unexpected(std::move(error));
    }
    applied.action = std::move(*action);
    all.push_back(std::move(applied));
  }
  co_return all;
}

void prune(Store& store, std::vector<std::string> const& former, std::vector<Applied> const& applied) {
  for (std::string const& id : former) {
    if (std::ranges::any_of(applied, [&](Applied const& one) { return one.id() == id; })) continue;
    InventoryId const gone = parse_id(id);
    for (kube::ResourceType const& type : Store::types()) {
      if (type.group == gone.group && type.kind == gone.kind)
        static_cast<void>(store.remove(type, gone.ns, gone.name));
    }
  }
}

}  // namespace pgdrill::sandbox
