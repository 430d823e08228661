#include <algorithm>

#include "harness/kube/client_impl.hpp"

namespace pgdrill::kube {

namespace {

constexpr std::size_t page_size = 500;

Call call_of(std::string method, std::string target, std::string what, std::string where) {
  Call call;
  call.repeatable = method == "GET";
  call.request.method = std::move(method);
  call.request.target = std::move(target);
  call.request.headers.emplace_back("Accept", "application/json");
  call.what = std::move(what);
  call.where = std::move(where);
  return call;
}

void set_body(Call& call, json::value const& body, std::string content_type = "application/json") {
  call.request.body = json::serialize(body);
  call.request.headers.emplace_back("Content-Type", std::move(content_type));
}

void fill_type(Object& object, ResourceType const& type) {
  object["apiVersion"] = type.api_version();
  object["kind"] = std::string(type.kind);
}

std::string content_type_of(PatchType type) {
  switch (type) {
    case PatchType::merge:
      return "application/merge-patch+json";
    case PatchType::json_patch:
      return "application/json-patch+json";
    case PatchType::apply:
      return "application/apply-patch+yaml";  // JSON is YAML
  }
  return "";
}

}  // namespace

std::string query_of(net::Headers const& parameters) {
  std::string query;
  for (auto const& [name, value] : parameters) {
    if (value.empty()) continue;
    query += (query.empty() ? "?" : "&") + net::percent_encode(name) + "=" + net::percent_encode(value);
  }
  return query;
}

std::shared_ptr<Client> Client::create(asio::any_io_executor, Access access, Duration deadline) {
  return std::make_shared<ClientImpl>(std::move(access), deadline);
}

Task<Result<json::value>> ClientImpl::json_call(Call call) {
  std::string const where = call.where;
  CO_TRY(std::string const body, co_await transport_.exchange(std::move(call)));
  co_return parse_json(body, "answer for " + where);
}

Task<Result<json::value>> ClientImpl::get(ObjectRef ref) {
  co_return co_await json_call(call_of("GET", path_to(ref.type, ref.ns, ref.name), "cannot get", ref.text()));
}

Task<Result<json::value>> ClientImpl::raw_get(std::string path) {
  co_return co_await json_call(call_of("GET", path, "cannot get", path));
}

Task<Result<ObjectList>> ClientImpl::list_pages(ResourceType type, std::string ns, ListOptions options,
                                                std::size_t limit) {
  std::string const where = std::string(type.plural) + (ns.empty() ? "" : " in namespace " + ns);
  ObjectList all;
  std::string next;
  do {
    net::Headers const parameters{{"labelSelector", options.label_selector},
                                  {"fieldSelector", options.field_selector},
                                  {"limit", limit == 0 ? "" : std::to_string(limit)},
                                  {"continue", next}};
    std::string const target = path_to(type, ns) + query_of(parameters);
    CO_TRY(json::value page, co_await json_call(call_of("GET", target, "cannot list", where)));
    json::value const* const items = find(page, "items");
    if (items != nullptr && items->is_array()) {
      for (json::value const& item : items->get_array()) {
        all.items.push_back(item);
        // Items of a list come without their type.
        if (item.is_object()) fill_type(all.items.back().get_object(), type);
      }
    }
    all.resource_version = version_of(page);
    next = get_string(page, "metadata.continue");
  } while (!next.empty());
  co_return all;
}

Task<Result<ObjectList>> ClientImpl::list(ResourceType type, std::string ns, ListOptions options) {
  Result<ObjectList> paged = co_await list_pages(type, ns, options, page_size);
  bool const expired = !paged && paged.error().kind == ErrorKind::gone;
  if (!expired) co_return paged;
  // The snapshot of the pages went out of the server's history: ask for all at once.
  co_return co_await list_pages(type, ns, options, 0);
}

Task<Result<json::value>> ClientImpl::create(ResourceType type, std::string ns, Object object) {
  fill_type(object, type);
  std::string name = name_of(object);
  if (name.empty()) name = get_string(object, "metadata.generateName") + "*";
  std::string const target = path_to(type, ns) + query_of({{"fieldManager", "pgdrill"}});
  Call call = call_of("POST", target, "cannot create", ObjectRef{type, ns, name}.text());
  set_body(call, object);
  co_return co_await json_call(std::move(call));
}

Task<Result<json::value>> ClientImpl::update(ObjectRef ref, Object object, std::string subresource) {
  fill_type(object, ref.type);
  std::string const target =
      path_to(ref.type, ref.ns, ref.name, subresource) + query_of({{"fieldManager", "pgdrill"}});
  Call call = call_of("PUT", target, "cannot update", ref.text());
  set_body(call, object);
  co_return co_await json_call(std::move(call));
}

Task<Result<json::value>> ClientImpl::patch(ObjectRef ref, PatchType type, json::value body,
                                            PatchOptions options) {
  bool const apply = type == PatchType::apply;
  if (apply && body.is_object()) {
    fill_type(body.get_object(), ref.type);
    set(body.get_object(), "metadata.name", json::value(ref.name));
  }
  std::string const target =
      path_to(ref.type, ref.ns, ref.name, options.subresource) +
      query_of({{"fieldManager", options.field_manager}, {"force", apply && options.force ? "true" : ""}});
  Call call = call_of("PATCH", target, apply ? "cannot apply" : "cannot patch", ref.text());
  call.repeatable = apply || (type == PatchType::merge && version_of(body).empty());
  set_body(call, body, content_type_of(type));
  co_return co_await json_call(std::move(call));
}

Task<Result<>> ClientImpl::remove(ObjectRef ref, DeleteOptions options) {
  Object body{{"apiVersion", "v1"}, {"kind", "DeleteOptions"}, {"propagationPolicy", options.propagation}};
  if (options.grace_period_seconds) body["gracePeriodSeconds"] = *options.grace_period_seconds;
  if (!options.uid.empty()) body["preconditions"] = {{"uid", options.uid}};
  Call call = call_of("DELETE", path_to(ref.type, ref.ns, ref.name), "cannot delete", ref.text());
  set_body(call, body);
  Result<std::string> const answer = co_await transport_.exchange(std::move(call));
  if (!answer) co_return tl::make_unexpected(answer.error());
  co_return Result<>();
}

}  // namespace pgdrill::kube
