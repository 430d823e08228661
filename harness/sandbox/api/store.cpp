#include "harness/sandbox/api/store.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/text.hpp"
#include "harness/sandbox/api/errors.hpp"
#include "harness/sandbox/api/names.hpp"
#include "harness/sandbox/api/selectors.hpp"
#include "harness/sandbox/api/store_implementation.hpp"

namespace pgdrill::sandbox {
namespace {

std::string key_namespace(kube::ResourceType const& type, std::string const& ns) {
  return type.namespaced ? ns : std::string();
}

// generation counts changes of what is neither metadata nor status; kinds that are pure data have none.
bool has_generation(kube::ResourceType const& type) {
  return type != kube::config_map_type && type != kube::secret_type && type != kube::event_type &&
         type != kube::namespace_type && type != kube::service_account_type;
}

bool desired_state_differs(json::object const& before, json::object const& after) {
  auto const differs = [](json::object const& left, json::object const& right) {
    return std::ranges::any_of(left, [&](auto const& member) {
      if (member.key() == "metadata" || member.key() == "status") return false;
      auto const* other = right.if_contains(member.key());
      return other == nullptr || *other != member.value();
    });
  };
  return differs(before, after) || differs(after, before);
}

void keep_member(json::object const& from, json::object& to, std::string_view name) {
  if (auto const* value = from.if_contains(name)) {
    to[name] = *value;
  } else {
    to.erase(name);
  }
}

bool has_finalizers(json::value const& object) {
  auto const* finalizers = find(object, "metadata.finalizers");
  return finalizers != nullptr && finalizers->is_array() && !finalizers->get_array().empty();
}

json::value with_status(json::value const& existing, kube::Object const& given) {
  json::value next = existing;
  keep_member(given, next.as_object(), "status");
  return next;
}

Result<json::value> with_main(kube::ResourceType const& type, json::value const& existing,
                              kube::Object given) {
  TRY_VOID(apply_defaults(type, given, false));
  json::object const& before = existing.as_object();
  given["apiVersion"] = type.api_version();
  given["kind"] = type.kind;
  keep_member(before, given, "status");
  if (!given["metadata"].is_object()) given["metadata"] = json::object();
  json::object& metadata = given["metadata"].as_object();
  json::object const& old = before.at("metadata").as_object();
  for (std::string_view const name : {"name", "namespace", "uid", "creationTimestamp", "deletionTimestamp",
                                      "deletionGracePeriodSeconds", "generation", "resourceVersion"}) {
    keep_member(old, metadata, name);
  }
  if (type == kube::job_type && find(given, "spec.selector") == nullptr) {
    if (json::value const* const selector = find(existing, "spec.selector"))
      set(given, "spec.selector", *selector);
  }
  TRY_VOID(check_metadata(type, given));
  TRY_VOID(check_immutable(type, existing, given));
  if (has_generation(type) && desired_state_differs(before, given)) {
    metadata["generation"] = get_int(existing, "metadata.generation") + 1;
  }
  return json::value(std::move(given));
}

}  // namespace

Store::Store(asio::any_io_executor executor)
    : implementation_(std::make_shared<Implementation>(std::move(executor))) {
  for (std::string_view const name : {"default", "kube-system"}) {
    (void)create(kube::namespace_type, {{"metadata", {{"name", name}}}});
  }
}

std::uint64_t Store::version() const { return implementation_->version; }

Result<json::value> Store::get(kube::ResourceType const& type, std::string const& ns,
                               std::string const& name) const {
  auto const* object = implementation_->lookup(type, key_namespace(type, ns), name);
  if (object == nullptr) return fail(not_found_error(type, name));
  return *object;
}

std::vector<json::value> Store::list(kube::ResourceType const& type, std::string const& ns,
                                     std::string const& label_selector,
                                     std::string const& field_selector) const {
  std::vector<json::value> result;
  auto const labels = Selector::parse_labels(label_selector);
  auto const fields = Selector::parse_fields(field_selector);
  if (!labels || !fields) return result;
  for (auto const& [key, object] : implementation_->objects_of(type)) {
    if (type.namespaced && !ns.empty() && key.first != ns) continue;
    if (labels->matches(object) && fields->matches(object)) result.push_back(object);
  }
  return result;
}

Result<json::value> Store::create(kube::ResourceType const& type, kube::Object object) {
  object["apiVersion"] = type.api_version();
  object["kind"] = type.kind;
  if (!object["metadata"].is_object()) object["metadata"] = json::object();
  std::string name = get_string(object, "metadata.name");
  std::string const generate_name = get_string(object, "metadata.generateName");
  if (name.empty() && !generate_name.empty()) {
    name = generate_name + random_suffix(5);
    set(object, "metadata.name", json::value(name));
  }
  TRY_VOID(apply_defaults(type, object, true));
  // BUG: taking this reference before the defaults; a new member of an object moves the others.
  json::object& metadata = object["metadata"].as_object();
  TRY_VOID(check_metadata(type, object));
  std::string ns;
  if (type.namespaced) {
    ns = get_string(object, "metadata.namespace");
    if (ns.empty()) return fail(bad_request_error("an empty namespace may not be set during creation"));
    auto const* home = implementation_->lookup(kube::namespace_type, "", ns);
    if (home == nullptr) return fail(not_found_error(kube::namespace_type, ns));
    if (find(*home, "metadata.deletionTimestamp") != nullptr) {
      return fail(forbidden_error(type, name,
                                  fmt::format("unable to create new content in namespace {} because it is "
                                              "being terminated",
                                              ns)));
    }
  } else {
    metadata.erase("namespace");
  }
  if (implementation_->lookup(type, ns, name) != nullptr) return fail(already_exists_error(type, name));
  for (std::string_view const gone : {"deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"})
    metadata.erase(gone);
  std::string const uid = make_uid();
  metadata["uid"] = uid;
  metadata["creationTimestamp"] = format_rfc3339_seconds(wall_now());
  if (has_generation(type)) metadata["generation"] = 1;
  // By this kubectl finds a Job's pods.
  if (type == kube::job_type) {
    set(object, "spec.selector",
        json::object{{"matchLabels", {{"batch.kubernetes.io/controller-uid", uid}}}});
  }
  json::value created = implementation_->put(type, {ns, name}, std::move(object), StoreEvent::Type::added);
  // Pods that name no other run as it.
  if (type == kube::namespace_type)
    (void)create(kube::service_account_type, {{"metadata", {{"name", "default"}, {"namespace", name}}}});
  if (implementation_->owners_all_gone(created)) {
    (void)implementation_->remove(type, {ns, name}, -1, "", "Background");
  }
  return created;
}

Result<json::value> Store::update(kube::ResourceType const& type, kube::Object object, bool status_only) {
  std::string const name = get_string(object, "metadata.name");
  std::string const ns = key_namespace(type, get_string(object, "metadata.namespace"));
  auto const* existing = implementation_->lookup(type, ns, name);
  if (existing == nullptr) return fail(not_found_error(type, name));
  std::string const expected = get_string(object, "metadata.resourceVersion");
  if (!expected.empty() && expected != kube::version_of(*existing)) {
    return fail(
        conflict_error(type, name,
                       "the object has been modified; please apply your changes to the latest version "
                       "and try again"));
  }
  std::string const uid = get_string(object, "metadata.uid");
  if (!uid.empty() && uid != kube::uid_of(*existing)) {
    return fail(
        conflict_error(type, name,
                       fmt::format("Precondition failed: UID in precondition: {}, UID in object meta: {}",
                                   uid, kube::uid_of(*existing))));
  }
  bool const was_held = has_finalizers(*existing);
  json::value next;
  if (status_only) {
    next = with_status(*existing, object);
  } else {
    TRY(next, with_main(type, *existing, std::move(object)));
  }
  if (next == *existing) return next;
  json::value const stored =
      implementation_->put(type, {ns, name}, std::move(next), StoreEvent::Type::modified);
  if (was_held && !has_finalizers(stored)) return implementation_->settle(type, {ns, name});
  return stored;
}

Result<json::value> Store::modify(kube::ResourceType const& type, std::string const& ns,
                                  std::string const& name, bool status_only,
                                  std::function<void(kube::Object&)> change) {
  TRY(json::value object, get(type, ns, name));
  change(object.as_object());
  return update(type, std::move(object.as_object()), status_only);
}

Result<json::value> Store::remove(kube::ResourceType const& type, std::string const& ns,
                                  std::string const& name, int grace_seconds, std::string const& uid,
                                  std::string const& propagation) {
  return implementation_->remove(type, {key_namespace(type, ns), name}, grace_seconds, uid, propagation);
}

void Store::finalize(kube::ResourceType const& type, std::string const& ns, std::string const& name) {
  implementation_->erase(type, {key_namespace(type, ns), name});
}

}  // namespace pgdrill::sandbox
