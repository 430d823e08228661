#include "harness/kube/watch_state.hpp"

#include <set>

#include "harness/kube/status.hpp"

namespace pgdrill::kube {

namespace {

std::string key_of(json::value const& object) {
  return get_string(object, "metadata.namespace") + "/" + name_of(object);
}

}  // namespace

void WatchState::emit(WatchEvent::Type type, json::value object) {
  events_.push_back({type, std::move(object)});
}

void WatchState::on_object(WatchEvent::Type type, json::value object) {
  using Type = WatchEvent::Type;
  std::string const key = key_of(object);
  auto const known = known_.find(key);
  if (type == Type::deleted) {
    if (known == known_.end()) return;
    known_.erase(known);
    emit(Type::deleted, std::move(object));
    return;
  }
  if (known == known_.end()) {
    known_.emplace(key, object);
    emit(Type::added, std::move(object));
    return;
  }
  if (uid_of(known->second) != uid_of(object)) {
    emit(Type::deleted, std::move(known->second));
    known->second = object;
    emit(Type::added, std::move(object));
    return;
  }
  // After a resume the server may tell again what is known already.
  if (version_of(known->second) == version_of(object)) return;
  known->second = object;
  emit(Type::modified, std::move(object));
}

void WatchState::on_list(ObjectList list) {
  std::set<std::string> listed;
  for (json::value const& item : list.items) listed.insert(key_of(item));
  for (auto known = known_.begin(); known != known_.end();) {
    if (listed.contains(known->first)) {
      ++known;
      continue;
    }
    emit(WatchEvent::Type::deleted, std::move(known->second));
    known = known_.erase(known);
  }
  for (json::value& item : list.items) on_object(WatchEvent::Type::added, std::move(item));
  version_ = std::move(list.resource_version);
  wants_ = Wants::watch;
  if (bookmark_after_list_) {
    emit(WatchEvent::Type::bookmark, json::object{{"metadata", {{"resourceVersion", version_}}}});
  }
}

Result<> WatchState::on_line(std::string_view line) {
  TRY(json::value event, parse_json(line, "event of a watch"));
  std::string const type = get_string(event, "type");
  json::value const* const found = find(event, "object");
  if (found == nullptr || !found->is_object()) {
    return fail({.kind = ErrorKind::invalid, .what = "not an event of a watch", .why = "it has no object"});
  }
  json::value object = *found;
  if (type == "ERROR") {
    wants_ = Wants::list;
    Error error = status_error(object, "the API server ended the watch", "");
    if (error.kind == ErrorKind::refused) return fail(std::move(error));
    return {};
  }
  std::string const version = version_of(object);
  if (type == "ADDED") {
    on_object(WatchEvent::Type::added, std::move(object));
  } else if (type == "MODIFIED") {
    on_object(WatchEvent::Type::modified, std::move(object));
  } else if (type == "DELETED") {
    on_object(WatchEvent::Type::deleted, std::move(object));
  } else if (type != "BOOKMARK") {
    return fail(
        {.kind = ErrorKind::invalid, .what = "not an event of a watch", .why = "type '" + type + "'"});
  }
  if (!version.empty()) version_ = version;
  return {};
}

std::optional<WatchEvent> WatchState::take() {
  if (events_.empty()) return std::nullopt;
  WatchEvent event = std::move(events_.front());
  events_.pop_front();
  return event;
}

}  // namespace pgdrill::kube
