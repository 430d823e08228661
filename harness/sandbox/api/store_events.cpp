// The store's log of changes and those who follow it; Event objects.
#include <fmt/format.h>

#include <boost/asio/redirect_error.hpp>

#include "harness/base/text.hpp"
#include "harness/sandbox/api/errors.hpp"
#include "harness/sandbox/api/store_implementation.hpp"

namespace pgdrill::sandbox {

Store::Implementation::Objects& Store::Implementation::objects_of(kube::ResourceType const& type) {
  return objects[qualified_name(type)];
}

json::value* Store::Implementation::lookup(kube::ResourceType const& type, std::string const& ns,
                                           std::string const& name) {
  auto& all = objects_of(type);
  auto const found = all.find({ns, name});
  return found == all.end() ? nullptr : &found->second;
}

json::value const& Store::Implementation::put(kube::ResourceType const& type, Key const& key,
                                              json::value object, StoreEvent::Type event) {
  json::object& metadata = object.as_object()["metadata"].as_object();
  metadata["resourceVersion"] = std::to_string(++version);
  for (std::string_view const name : {"labels", "annotations", "finalizers", "ownerReferences"}) {
    json::value const* const given = metadata.if_contains(name);
    bool const nothing = given != nullptr && ((given->is_object() && given->get_object().empty()) ||
                                              (given->is_array() && given->get_array().empty()));
    if (nothing) metadata.erase(name);
  }
  json::value& stored = objects_of(type)[key];
  stored = std::move(object);
  log.push_back({event, version, type, stored});
  if (log.size() > kept_events) log.pop_front();
  changed.cancel();
  return stored;
}

namespace {

template <class Inside>
class Follower : public Store::Subscription {
 public:
  Follower(std::shared_ptr<Inside> inside, std::uint64_t after) : inside_(std::move(inside)), seen_(after) {}

  Task<Result<StoreEvent>> next() override {
    while (seen_ >= inside_->version) {
      boost::system::error_code ignored;
      co_await inside_->changed.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
      // The timer is cancelled both by news and by our own cancellation.
      auto const state = co_await asio::this_coro::cancellation_state;
      if (state.cancelled() != asio::cancellation_type::none) {
        throw boost::system::system_error(asio::error::operation_aborted);
      }
    }
    std::uint64_t const oldest = inside_->log.front().version;
    if (seen_ + 1 < oldest) co_return fail(expired_error(seen_, oldest));
    StoreEvent event = inside_->log[seen_ + 1 - oldest];
    seen_ = event.version;
    co_return event;
  }

 private:
  std::shared_ptr<Inside> inside_;
  std::uint64_t seen_;
};

}  // namespace

Result<std::unique_ptr<Store::Subscription>> Store::subscribe(std::uint64_t after_version) {
  std::uint64_t const oldest = implementation_->log.front().version;
  // A version that this store never gave comes from another store's life: relisting is right there too.
  if (after_version + 1 < oldest || after_version > implementation_->version) {
    return fail(expired_error(after_version, oldest));
  }
  return std::make_unique<Follower<Implementation>>(implementation_, after_version);
}

namespace {

// Who tells such things in a real cluster: kubectl describe shows it under "From".
std::string component_of(std::string const& kind, std::string const& reason, std::string const& message) {
  static std::map<std::string, std::string> const components{
      {"Cluster", "cloudnative-pg"},
      {"ScheduledBackup", "cloudnative-pg-scheduledbackup"},
      {"Job", "job-controller"},
      {"CronJob", "cronjob-controller"},
      {"PersistentVolumeClaim", "persistentvolume-controller"},
      {"PodDisruptionBudget", "controllermanager"},
      {"GitRepository", "source-controller"},
      {"Kustomization", "kustomize-controller"}};
  if (kind == "Pod")
    return reason.ends_with("Scheduled") || reason == "FailedScheduling" ? "default-scheduler" : "kubelet";
  if (kind == "Backup")
    return message.starts_with("Starting backup for") ? "cloudnative-pg-backup" : "local-webserver";
  auto const found = components.find(kind);
  return found == components.end() ? "pgdrill-sandbox" : found->second;
}

}  // namespace

void Store::record_event(json::value const& about, std::string const& type, std::string const& reason,
                         std::string const& message) {
  std::string const uid = kube::uid_of(about);
  std::string ns = get_string(about, "metadata.namespace");
  if (ns.empty()) ns = "default";
  std::string const now = format_rfc3339_seconds(wall_now());
  for (auto const& event : list(kube::event_type, ns)) {
    if (get_string(event, "involvedObject.uid") != uid || get_string(event, "reason") != reason ||
        get_string(event, "message") != message || get_string(event, "type") != type) {
      continue;
    }
    (void)modify(kube::event_type, ns, kube::name_of(event), false, [&](kube::Object& object) {
      object["count"] = get_int(event, "count", 1) + 1;
      object["lastTimestamp"] = now;
    });
    return;
  }
  std::string const component = component_of(get_string(about, "kind"), reason, message);
  (void)create(kube::event_type,
               {{"metadata", {{"name", kube::name_of(about) + "." + random_suffix(16)}, {"namespace", ns}}},
                {"involvedObject",
                 {{"apiVersion", get_string(about, "apiVersion")},
                  {"kind", get_string(about, "kind")},
                  {"name", kube::name_of(about)},
                  {"namespace", get_string(about, "metadata.namespace")},
                  {"resourceVersion", kube::version_of(about)},
                  {"uid", uid}}},
                {"reason", reason},
                {"message", message},
                {"type", type},
                {"count", 1},
                {"firstTimestamp", now},
                {"lastTimestamp", now},
                {"source", {{"component", component}}},
                {"reportingComponent", component},
                {"reportingInstance", ""}});
}

}  // namespace pgdrill::sandbox
