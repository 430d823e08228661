#include "harness/kube/client.hpp"

namespace pgdrill::kube {

namespace {

/// What is left of a step's time has digits that tell nobody anything.
Duration rounded(Duration limit) {
  if (limit >= std::chrono::seconds(10)) return std::chrono::round<std::chrono::seconds>(limit);
  return std::chrono::round<std::chrono::milliseconds>(limit);
}

/// What is known of the object while waiting, for the message of a time-out.
struct Seen {
  std::optional<json::value> object;
  bool complete = false;  ///< that there is no object is known, not just unseen
  std::optional<Error> trouble;
};

bool may_pass(Error const& error) {
  return error.kind == ErrorKind::unreachable || error.kind == ErrorKind::timeout;
}

Task<Result<json::value>> wait_by_watch(Client& client, ObjectRef ref,
                                        std::function<bool(json::value const*)> const& holds, Seen& seen) {
  std::unique_ptr<Watch> const watch = client.watch(
      ref.type, ref.ns, {.field_selector = "metadata.name=" + ref.name, .bookmark_after_list = true});
  while (true) {
    Result<WatchEvent> event = co_await watch->next();
    if (!event) {
      if (!may_pass(event.error())) co_return tl::make_unexpected(std::move(event.error()));
      seen.trouble = std::move(event.error());
      continue;
    }
    seen.trouble.reset();
    switch (event->type) {
      case WatchEvent::Type::added:
      case WatchEvent::Type::modified:
        seen.object = std::move(event->object);
        break;
      case WatchEvent::Type::deleted:
        seen.object.reset();
        break;
      case WatchEvent::Type::bookmark:
        seen.complete = true;
        break;
    }
    if (seen.object && event->type != WatchEvent::Type::bookmark) {
      if (holds(&*seen.object)) co_return std::move(*seen.object);
    } else if (!seen.object && seen.complete) {
      if (holds(nullptr)) co_return json::value();
    }
  }
}

std::string last_seen(Seen const& seen) {
  if (seen.trouble) return describe(*seen.trouble);
  if (!seen.object) return seen.complete ? "there is no such object" : "no answer about it came";
  std::string const phase = get_string(*seen.object, "status.phase");
  return phase.empty() ? "it exists" : "its phase is '" + phase + "'";
}

}  // namespace

Task<Result<json::value>> wait_for(Client& client, ObjectRef ref,
                                   std::function<bool(json::value const*)> holds, Duration limit,
                                   std::string what) {
  Seen seen;
  Task<Result<json::value>> work = wait_by_watch(client, ref, holds, seen);
  Result<json::value> result = co_await with_deadline(std::move(work), limit, what);
  if (!result && result.error().kind == ErrorKind::timeout && result.error().what == what) {
    result.error().where = ref.text();
    result.error().why = "not within " + format_duration(rounded(limit)) + "; " + last_seen(seen);
  }
  co_return result;
}

Task<Result<>> wait_gone(Client& client, ObjectRef ref, Duration limit) {
  // Of one that was made anew under the same name the watch reports the end first.
  auto gone = [](json::value const* object) { return object == nullptr; };
  Result<json::value> const result =
      co_await wait_for(client, ref, gone, limit, ref.text() + " is still there");
  if (!result) co_return tl::make_unexpected(result.error());
  co_return Result<>();
}

}  // namespace pgdrill::kube
