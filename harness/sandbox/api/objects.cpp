#include "harness/sandbox/api/objects.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/sandbox/api/errors.hpp"
#include "harness/sandbox/api/field_selectors.hpp"
#include "harness/sandbox/api/patch.hpp"
#include "harness/sandbox/api/protobuf.hpp"
#include "harness/sandbox/api/selectors.hpp"
#include "harness/sandbox/api/strict.hpp"
#include "harness/sandbox/api/table.hpp"

namespace pgdrill::sandbox {
namespace {

using Answer = Result<net::HttpResponse>;

json::value shaped(ApiRequest const& request, json::value const& object) {
  if (!request.wants_table()) return object;
  return make_table(request.type, {object}, kube::version_of(object), request.parameter("includeObject"));
}

Result<kube::Object> body_object(ApiRequest const& request) {
  std::string_view const content = net::header(request.http.headers, "Content-Type");
  if (content.starts_with(protobuf_type)) return object_from_protobuf(request.type.kind, request.http.body);
  if (!content.empty() && !content.starts_with("application/json")) {
    return fail(api_error(
        415, "UnsupportedMediaType",
        "the body of the request was in an unknown format - accepted media types include: application/json, "
        "application/yaml, application/vnd.kubernetes.protobuf"));
  }
  auto parsed = parse_json(request.http.body, "the request's body");
  if (!parsed) {
    return fail(
        bad_request_error(fmt::format("the object provided is unrecognized (must be of type {}): couldn't "
                                      "get version/kind; json parse error: "
                                      "unexpected end of JSON input ({})",
                                      std::string_view(request.type.kind), request.http.body.substr(0, 64))));
  }
  if (!parsed->is_object()) return fail(bad_request_error("the body is no object"));
  return std::move(parsed->as_object());
}

// The object must agree with the path that it was sent to.
Result<> check_address(ApiRequest const& request, kube::Object& object) {
  std::string const kind = get_string(object, "kind");
  std::string const version = get_string(object, "apiVersion");
  if ((!kind.empty() && kind != request.type.kind) ||
      (!version.empty() && version != request.type.api_version())) {
    std::string const group = request.type.group.empty()
                                  ? "core"
                                  : std::string(request.type.group.substr(0, request.type.group.find('.')));
    return fail(bad_request_error(fmt::format(
        "{} in version \"{}\" cannot be handled as a {}: converting ({}.{}) to ({}.{}): unknown conversion",
        kind, version, std::string_view(request.type.kind), version, kind, group,
        std::string_view(request.type.kind))));
  }
  std::string const ns = get_string(object, "metadata.namespace");
  if (request.type.namespaced && ns.empty()) set(object, "metadata.namespace", json::value(request.ns));
  if (request.type.namespaced && !ns.empty() && ns != request.ns) {
    return fail(bad_request_error(
        "the namespace of the provided object does not match the namespace sent on the request"));
  }
  std::string const name = get_string(object, "metadata.name");
  if (!request.name.empty() && !name.empty() && name != request.name) {
    return fail(bad_request_error(fmt::format(
        "the name of the object ({}) does not match the name on the URL ({})", name, request.name)));
  }
  return check_strict(request.type, object, request.parameter("fieldValidation"));
}

Answer list(Store& store, ApiRequest const& request) {
  std::string const labels = request.parameter("labelSelector");
  std::string const fields = request.parameter("fieldSelector");
  TRY_VOID(Selector::parse_labels(labels));
  TRY_VOID(Selector::parse_fields(fields));
  TRY_VOID(check_field_selector(request.type, fields));
  if (auto const asked = std::strtoull(request.parameter("resourceVersion").c_str(), nullptr, 10);
      asked > store.version()) {
    return fail(api_error(
        504, "Timeout",
        fmt::format("Timeout: Too large resource version: {}, current: {}", asked, store.version())));
  }
  std::vector<json::value> items = store.list(request.type, request.ns, labels, fields);
  std::string const version = std::to_string(store.version());
  if (request.wants_table()) {
    return json_response(200, make_table(request.type, items, version, request.parameter("includeObject")));
  }
  return json_response(200, {{"kind", fmt::format("{}List", std::string_view(request.type.kind))},
                             {"apiVersion", request.type.api_version()},
                             {"metadata", {{"resourceVersion", version}}},
                             {"items", json::array(items.begin(), items.end())}});
}

Answer create(Store& store, ApiRequest const& request) {
  TRY(kube::Object object, body_object(request));
  TRY_VOID(check_address(request, object));
  // Kinds with a status subresource take no status on creation.
  if (object.contains("spec")) object.erase("status");
  TRY_VOID(store.admit(request.type, json::value(object)));
  if (!request.parameter("dryRun").empty()) return json_response(201, shaped(request, object));
  TRY(json::value const created, store.create(request.type, std::move(object)));
  return json_response(201, shaped(request, created));
}

Answer update(Store& store, ApiRequest const& request) {
  TRY(kube::Object object, body_object(request));
  TRY_VOID(check_address(request, object));
  set(object, "metadata.name", json::value(request.name));
  TRY(json::value const updated,
      store.update(request.type, std::move(object), request.subresource == "status"));
  return json_response(200, shaped(request, updated));
}

Answer patch(Store& store, ApiRequest const& request) {
  std::string const content(net::header(request.http.headers, "Content-Type"));
  bool const applies = content.starts_with("application/apply-patch");
  bool const status = request.subresource == "status";
  auto existing = store.get(request.type, request.ns, request.name);
  if (!existing && !(applies && !status)) return tl::make_unexpected(existing.error());
  json::value const before = existing ? *existing : json::value(json::object());
  TRY(json::value after, patched(before, {.content_type = content,
                                          .body = request.http.body,
                                          .field_manager = request.parameter("fieldManager"),
                                          .force = request.parameter_is_true("force"),
                                          .type = request.type}));
  kube::Object& object = after.as_object();
  TRY_VOID(check_address(request, object));
  set(object, "metadata.name", json::value(request.name));
  if (!request.parameter("dryRun").empty()) return json_response(200, shaped(request, after));
  // Without a resourceVersion in the patch the last write wins: the object cannot have changed since it was
  // read.
  if (!existing) {
    TRY_VOID(store.admit(request.type, json::value(object)));
    TRY(json::value const created, store.create(request.type, std::move(object)));
    return json_response(201, shaped(request, created));
  }
  TRY(json::value const updated, store.update(request.type, std::move(object), status));
  return json_response(200, shaped(request, updated));
}

struct Deletion {
  int grace_seconds = -1;
  std::string uid;
  std::string propagation = "Background";
};

Result<Deletion> deletion_options(ApiRequest const& request) {
  Deletion deletion;
  json::value options = json::object();
  if (!request.http.body.empty()) {
    auto parsed = parse_json(request.http.body, "DeleteOptions");
    if (!parsed) return fail(bad_request_error(parsed.error().why));
    options = *std::move(parsed);
  }
  deletion.grace_seconds = static_cast<int>(get_int(options, "gracePeriodSeconds", -1));
  deletion.uid = get_string(options, "preconditions.uid");
  deletion.propagation = get_string(options, "propagationPolicy", "Background");
  if (get_bool(options, "orphanDependents")) deletion.propagation = "Orphan";
  std::string const grace = request.parameter("gracePeriodSeconds");
  if (!grace.empty()) deletion.grace_seconds = std::atoi(grace.c_str());
  std::string const policy = request.parameter("propagationPolicy");
  if (!policy.empty()) deletion.propagation = policy;
  return deletion;
}

Answer remove(Store& store, ApiRequest const& request) {
  TRY(Deletion const deletion, deletion_options(request));
  if (!request.name.empty()) {
    TRY(json::value const last, store.remove(request.type, request.ns, request.name, deletion.grace_seconds,
                                             deletion.uid, deletion.propagation));
    if (store.get(request.type, request.ns, request.name)) return json_response(200, last);
    json::object details{{"name", request.name}, {"kind", request.type.plural}, {"uid", kube::uid_of(last)}};
    if (!request.type.group.empty()) details["group"] = request.type.group;
    return json_response(200, {{"kind", "Status"},
                               {"apiVersion", "v1"},
                               {"metadata", json::object()},
                               {"status", "Success"},
                               {"details", std::move(details)}});
  }
  auto const items = store.list(request.type, request.ns, request.parameter("labelSelector"),
                                request.parameter("fieldSelector"));
  for (auto const& item : items) {
    (void)store.remove(request.type, get_string(item, "metadata.namespace"), kube::name_of(item),
                       deletion.grace_seconds, "", deletion.propagation);
  }
  return json_response(200, {{"kind", fmt::format("{}List", std::string_view(request.type.kind))},
                             {"apiVersion", request.type.api_version()},
                             {"metadata", {{"resourceVersion", std::to_string(store.version())}}},
                             {"items", json::array(items.begin(), items.end())}});
}

Answer get(Store& store, ApiRequest const& request) {
  TRY(json::value const object, store.get(request.type, request.ns, request.name));
  return json_response(200, shaped(request, object));
}

Answer dispatch(Store& store, ApiRequest const& request) {
  std::string const& method = request.http.method;
  if (!request.subresource.empty() && request.subresource != "status") {
    return fail(api_error(404, "NotFound", "the server could not find the requested resource"));
  }
  bool const collection = request.name.empty();
  if (method == "GET") return collection ? list(store, request) : get(store, request);
  if (method == "POST" && collection) return create(store, request);
  if (method == "PUT" && !collection) return update(store, request);
  if (method == "PATCH" && !collection) return patch(store, request);
  if (method == "DELETE" && request.subresource.empty()) return remove(store, request);
  return fail(
      api_error(405, "MethodNotAllowed", "the server does not allow this method on the requested resource"));
}

}  // namespace

net::HttpResponse answer_object_request(Store& store, ApiRequest const& request) {
  Answer answer = dispatch(store, request);
  return answer ? *std::move(answer) : error_response(answer.error(), &request);
}

}  // namespace pgdrill::sandbox
