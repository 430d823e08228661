#include "tests/support/rbac_proxy.hpp"

#include <strings.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <future>
#include <mutex>
#include <thread>

#include "harness/base/scope.hpp"
#include "harness/kube/resource.hpp"
#include "harness/net/http.hpp"
#include "harness/net/http_wire.hpp"
#include "harness/net/socket.hpp"
#include "harness/sandbox/api/request.hpp"

namespace pgdrill::test {

namespace {

bool contains(std::vector<std::string> const& all, std::string const& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

std::string right_text(std::string const& verb, std::string const& resource, std::string const& group) {
  return verb + " " + resource + (group.empty() ? "" : "." + group);
}

/// What RBAC sees of a request (https://kubernetes.io/docs/reference/access-authn-authz/authorization/).
struct Asked {
  std::string verb;
  std::string group;
  std::string resource;
  std::string name;
  std::string ns;
};

std::string verb_of(sandbox::ApiRequest const& request) {
  std::string const& method = request.http.method;
  if (method == "POST") return "create";
  if (method == "PUT") return "update";
  if (method == "PATCH") return "patch";
  if (method == "DELETE") return request.name.empty() ? "deletecollection" : "delete";
  if (!request.name.empty()) return "get";
  return request.parameter_is_true("watch") ? "watch" : "list";
}

Asked asked_of(sandbox::ApiRequest const& request) {
  Asked asked{.verb = verb_of(request),
              .group = std::string(request.type.group),
              .resource = std::string(request.type.plural),
              .name = request.name,
              .ns = request.ns};
  if (!request.subresource.empty()) asked.resource += "/" + request.subresource;
  // A Namespace counts as a request inside itself.
  if (asked.resource == "namespaces") asked.ns = asked.name;
  std::string const one = "metadata.name=";
  std::string const fields = request.parameter("fieldSelector");
  if (asked.name.empty() && fields.starts_with(one)) asked.name = fields.substr(one.size());
  return asked;
}

bool allows(RbacRule const& rule, Asked const& asked) {
  return contains(rule.groups, asked.group) && contains(rule.resources, asked.resource) &&
         contains(rule.verbs, asked.verb) && (rule.names.empty() || contains(rule.names, asked.name));
}

std::vector<std::string> texts(YAML::Node const& list) {
  std::vector<std::string> all;
  for (YAML::Node const& entry : list) all.push_back(entry.as<std::string>());
  return all;
}

net::HttpResponse forbidden(Asked const& asked) {
  std::string const message = asked.resource + " is forbidden: User \"the-role\" cannot " + asked.verb +
                              " resource \"" + asked.resource + "\" in API group \"" + asked.group +
                              "\" in the namespace \"" + asked.ns + "\"";
  json::object const status{{"kind", "Status"},   {"apiVersion", "v1"},    {"status", "Failure"},
                            {"message", message}, {"reason", "Forbidden"}, {"code", 403}};
  return {.status = 403, .headers = {{"Content-Type", "application/json"}}, .body = json::serialize(status)};
}

}  // namespace

struct RbacProxyState {
  kube::Access upstream;
  std::vector<RbacRule> rules;
  std::string ns;
  std::uint16_t port = 0;
  std::atomic<bool> stop = false;
  std::thread thread;
  mutable std::mutex mutex;
  std::set<std::string> used;
  std::vector<std::string> refused;

  bool permits(Asked const& asked) {
    std::lock_guard const lock(mutex);
    bool const allowed = asked.ns == ns && std::any_of(rules.begin(), rules.end(), [&](RbacRule const& rule) {
                           return allows(rule, asked);
                         });
    if (allowed) {
      used.insert(right_text(asked.verb, asked.resource, asked.group));
    } else {
      refused.push_back(right_text(asked.verb, asked.resource, asked.group) + " " + asked.name + " in " +
                        asked.ns);
    }
    return allowed;
  }
};

namespace {

/// One request a connection, so that what follows on it needs no reading.
std::string forwarded(net::HttpRequest request, kube::Access const& access) {
  net::Headers headers;
  bool const upgrade = !net::header(request.headers, "Upgrade").empty();
  for (auto& [name, value] : request.headers) {
    auto const is = [&name](char const* other) { return ::strcasecmp(name.c_str(), other) == 0; };
    if (is("Authorization") || is("Content-Length") || (is("Connection") && !upgrade)) continue;
    headers.emplace_back(std::move(name), std::move(value));
  }
  headers.emplace_back("Authorization", "Bearer " + access.bearer_token);
  if (!upgrade) headers.emplace_back("Connection", "close");
  headers.emplace_back("Content-Length", std::to_string(request.body.size()));
  return net::head_bytes(request.method + " " + request.target + " HTTP/1.1", headers) + request.body;
}

Task<> carry_up(ByteStream& client, ByteStream& server) {
  static_cast<void>(co_await pump(client, server));
  server.close();
}

Task<> carry_both(ByteStream& client, ByteStream& server, Scope& scope) {
  scope.spawn("to the server", carry_up(client, server));
  static_cast<void>(co_await pump(server, client));
  client.close();
  server.close();
}

Task<> pass_on(kube::Access const& access, std::unique_ptr<net::HttpServer> http, net::HttpRequest request) {
  Result<std::unique_ptr<ByteStream>> server =
      co_await net::connect_tls(access.host, access.port, access.tls_options, std::chrono::seconds(10));
  if (!server) co_return;
  std::string const bytes = forwarded(std::move(request), access);
  static_cast<void>(co_await write_all(**server, bytes));
  std::unique_ptr<ByteStream> const client = http->release();
  std::function<Task<>(Scope&)> body = [&](Scope& scope) { return carry_both(*client, **server, scope); };
  co_await with_scope(std::move(body));
}

Task<> serve(RbacProxyState& state, std::unique_ptr<ByteStream> stream) {
  std::unique_ptr<net::HttpServer> http = net::HttpServer::over(std::move(stream));
  while (true) {
    Result<std::optional<net::HttpRequest>> request = co_await http->read();
    if (!request || !*request) co_return;
    std::optional<sandbox::ApiRequest> const parsed = sandbox::parse_api_request(**request);
    if (!parsed || state.permits(asked_of(*parsed))) {
      co_return co_await pass_on(state.upstream, std::move(http), std::move(**request));
    }
    net::HttpResponse refusal = forbidden(asked_of(*parsed));
    Result<> const answered = co_await http->respond(std::move(refusal));
    if (!answered) co_return;
  }
}

Task<> accept_all(RbacProxyState& state, net::Listener& listener, Scope& scope) {
  while (true) {
    Result<std::unique_ptr<ByteStream>> stream = co_await listener.accept();
    if (!stream) co_return;
    scope.spawn("connection", serve(state, std::move(*stream)));
  }
}

Task<> until_stopped(RbacProxyState& state, net::Listener& listener, Scope& scope) {
  scope.spawn("accept", accept_all(state, listener, scope));
  while (!state.stop) co_await sleep_for(std::chrono::milliseconds(20));
  scope.cancel();
}

Task<> run_proxy(RbacProxyState& state, std::promise<std::uint16_t>& port) {
  Result<std::unique_ptr<net::Listener>> const listener =
      net::Listener::bind(co_await asio::this_coro::executor, "127.0.0.1", 0);
  port.set_value((*listener)->port());
  std::function<Task<>(Scope&)> body = [&](Scope& scope) { return until_stopped(state, **listener, scope); };
  co_await with_scope(std::move(body));
}

}  // namespace

RbacProxy::RbacProxy(std::string const& kubeconfig, std::vector<RbacRule> rules, std::string ns)
    : state_(std::make_unique<RbacProxyState>()) {
  Task<Result<kube::Access>> resolving = kube::resolve_access({.kubeconfig = kubeconfig});
  state_->upstream = run_to_end(std::move(resolving)).value();
  state_->rules = std::move(rules);
  state_->ns = std::move(ns);
  std::promise<std::uint16_t> port;
  std::future<std::uint16_t> known = port.get_future();
  state_->thread = std::thread([this, &port] { run_to_end(run_proxy(*state_, port)); });
  state_->port = known.get();
}

RbacProxy::~RbacProxy() {
  state_->stop = true;
  state_->thread.join();
}

void RbacProxy::write_kubeconfig(std::filesystem::path const& file) const {
  std::ofstream(file) << "apiVersion: v1\nkind: Config\ncurrent-context: role\n"
                         "clusters: [{name: role, cluster: {server: 'http://127.0.0.1:"
                      << state_->port
                      << "'}}]\nusers: [{name: role, user: {}}]\n"
                         "contexts: [{name: role, context: {cluster: role, user: role, namespace: "
                      << state_->ns << "}}]\n";
}

std::set<std::string> RbacProxy::used() const {
  std::lock_guard const lock(state_->mutex);
  return state_->used;
}

std::vector<std::string> RbacProxy::refused() const {
  std::lock_guard const lock(state_->mutex);
  return state_->refused;
}

std::vector<RbacRule> rules_of(std::filesystem::path const& manifest) {
  std::vector<RbacRule> rules;
  // A Role's file may hold its binding as well.
  for (YAML::Node const& rule : YAML::LoadAllFromFile(manifest.string()).front()["rules"]) {
    rules.push_back({.groups = texts(rule["apiGroups"]),
                     .resources = texts(rule["resources"]),
                     .names = texts(rule["resourceNames"]),
                     .verbs = texts(rule["verbs"])});
  }
  return rules;
}

std::set<std::string> rights_of(std::vector<RbacRule> const& rules) {
  std::set<std::string> rights;
  for (RbacRule const& rule : rules) {
    for (std::string const& group : rule.groups) {
      for (std::string const& resource : rule.resources) {
        for (std::string const& verb : rule.verbs) rights.insert(right_text(verb, resource, group));
      }
    }
  }
  return rights;
}

}  // namespace pgdrill::test
