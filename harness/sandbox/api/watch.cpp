#include "harness/sandbox/api/watch.hpp"

#include <fmt/format.h>

#include <charconv>
#include <set>

#include "harness/sandbox/api/errors.hpp"
#include "harness/sandbox/api/field_selectors.hpp"
#include "harness/sandbox/api/selectors.hpp"
#include "harness/sandbox/api/table.hpp"

namespace pgdrill::sandbox {
namespace {

// As often as a real API server sends them to a quiet watch.
constexpr auto bookmark_interval = std::chrono::seconds(60);
constexpr auto default_timeout = std::chrono::minutes(40);

std::string_view name_of(StoreEvent::Type type) {
  switch (type) {
    case StoreEvent::Type::added:
      return "ADDED";
    case StoreEvent::Type::modified:
      return "MODIFIED";
    case StoreEvent::Type::deleted:
      return "DELETED";
  }
  return "";
}

/// Turns the store's events into the watch's, with regard to its selectors.
class Filter {
 public:
  Filter(ApiRequest const& request, Selector labels, Selector fields)
      : request_(request), labels_(std::move(labels)), fields_(std::move(fields)) {}

  [[nodiscard]] bool selects(json::value const& object) const {
    if (!request_.ns.empty() && get_string(object, "metadata.namespace") != request_.ns) return false;
    if (!request_.name.empty() && kube::name_of(object) != request_.name) return false;
    return labels_.matches(object) && fields_.matches(object);
  }

  void know(json::value const& object) { known_.insert(kube::uid_of(object)); }

  /// The line for an event; empty when it is none of this watch's.
  [[nodiscard]] std::string line(StoreEvent const& event) {
    if (event.type_of_object != request_.type) return "";
    std::string const uid = kube::uid_of(event.object);
    bool const was_known = known_.contains(uid);
    bool const selected = selects(event.object);
    if (event.type == StoreEvent::Type::deleted) {
      known_.erase(uid);
      return selected || was_known ? line("DELETED", event.object) : "";
    }
    if (selected) {
      known_.insert(uid);
      bool const appears = event.type == StoreEvent::Type::added || !was_known;
      return line(appears ? "ADDED" : name_of(event.type), event.object);
    }
    // It left the selection: for this watch that is its end.
    if (known_.erase(uid) == 0) return "";
    return line("DELETED", event.object);
  }

  [[nodiscard]] std::string line(std::string_view type, json::value const& object) const {
    json::value const shown = request_.wants_table()
                                  ? make_table(request_.type, {object}, kube::version_of(object),
                                               request_.parameter("includeObject"))
                                  : object;
    return json::serialize(json::object{{"type", type}, {"object", shown}}) + "\n";
  }

 private:
  ApiRequest const& request_;
  Selector labels_;
  Selector fields_;
  std::set<std::string> known_;
};

std::string error_line(Error const& error) {
  return json::serialize(json::object{{"type", "ERROR"}, {"object", status_of(error)}}) + "\n";
}

// The first one of a streaming list tells that all that existed has been sent
// (https://kubernetes.io/docs/reference/using-api/api-concepts/#streaming-lists).
std::string bookmark_line(ApiRequest const& request, std::uint64_t version,
                          bool ends_initial_events = false) {
  json::object object{
      {"kind", request.type.kind},
      {"apiVersion", request.type.api_version()},
      {"metadata", {{"resourceVersion", std::to_string(version)}, {"creationTimestamp", nullptr}}}};
  if (ends_initial_events)
    object["metadata"].as_object()["annotations"] = {{"k8s.io/initial-events-end", "true"}};
  return json::serialize(json::object{{"type", "BOOKMARK"}, {"object", object}}) + "\n";
}

Task<Result<>> send_existing(Store& store, net::HttpServer& http, ApiRequest const& request,
                             Filter const& filter) {
  std::string lines;
  for (auto const& object : store.list(request.type, request.ns)) {
    if (filter.selects(object)) lines += filter.line("ADDED", object);
  }
  co_return co_await http.send_chunk(std::move(lines));
}

Task<> stream(Store& store, net::HttpServer& http, ApiRequest const& request, Filter filter,
              Store::Subscription& changes) {
  std::string const seconds = request.parameter("timeoutSeconds");
  int const limit = std::atoi(seconds.c_str());
  Monotonic const end = std::chrono::steady_clock::now() +
                        (limit > 0 ? Duration(std::chrono::seconds(limit)) : Duration(default_timeout));
  bool const bookmarks = request.parameter_is_true("allowWatchBookmarks");
  while (true) {
    Duration const left = end - std::chrono::steady_clock::now();
    if (left <= Duration::zero()) break;
    Duration const wait = std::min<Duration>(left, bookmark_interval);
    auto const event = co_await with_deadline(changes.next(), wait, "the next change");
    std::string line;
    if (event) {
      line = filter.line(*event);
    } else if (event.error().kind == ErrorKind::timeout) {
      if (bookmarks && left > bookmark_interval) line = bookmark_line(request, store.version());
    } else {
      line = error_line(event.error());
    }
    if (!line.empty()) {
      auto const sent = co_await http.send_chunk(std::move(line));
      if (!sent) co_return;
    }
    if (!event && event.error().kind != ErrorKind::timeout) break;
  }
  (void)co_await http.end_chunks();
}

}  // namespace

Task<> serve_watch(Store& store, net::HttpServer& http, ApiRequest const& request) {
  auto labels = Selector::parse_labels(request.parameter("labelSelector"));
  auto fields = Selector::parse_fields(request.parameter("fieldSelector"));
  if (!labels || !fields) {
    (void)co_await http.respond(last_response(labels ? fields.error() : labels.error(), &request));
    co_return;
  }
  bool const marks_end = request.parameter_is_true("sendInitialEvents");
  if (marks_end && request.parameter("resourceVersionMatch") != "NotOlderThan") {
    (void)co_await http.respond(
        last_response(api_error(422, "Invalid",
                                "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: "
                                "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")));
    co_return;
  }
  if (auto const known = check_field_selector(request.type, request.parameter("fieldSelector")); !known) {
    (void)co_await http.respond(last_response(known.error(), &request));
    co_return;
  }
  std::string const text = request.parameter("resourceVersion");
  bool const from_now = text.empty() || text == "0" || marks_end;
  std::uint64_t version = store.version();
  if (!from_now) {
    auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), version);
    if (problem != std::errc() || end != text.data() + text.size()) {
      (void)co_await http.respond(last_response(api_error(
          500, "InternalError",
          fmt::format("resourceVersion: Invalid value: \"{0}\": strconv.ParseUint: parsing \"{0}\": invalid "
                      "syntax",
                      text))));
      co_return;
    }
  }
  Filter filter(request, *std::move(labels), *std::move(fields));
  for (auto const& object : store.list(request.type, request.ns)) {
    if (filter.selects(object)) filter.know(object);
  }
  auto changes = store.subscribe(version);
  auto const started = co_await http.start_chunks(
      {.status = 200, .headers = {{"Content-Type", "application/json"}, {"Connection", "close"}}});
  if (!started) co_return;
  if (!changes) {
    (void)co_await http.send_chunk(error_line(changes.error()));
    (void)co_await http.end_chunks();
    co_return;
  }
  if (from_now) {
    auto const sent = co_await send_existing(store, http, request, filter);
    if (!sent) co_return;
    if (marks_end && request.parameter_is_true("allowWatchBookmarks")) {
      auto const marked = co_await http.send_chunk(bookmark_line(request, version, true));
      if (!marked) co_return;
    }
  }
  co_await stream(store, http, request, std::move(filter), **changes);
}

}  // namespace pgdrill::sandbox
