#include "harness/sandbox/api/server.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <algorithm>

#include "harness/base/scope.hpp"
#include "harness/kube/channels.hpp"
#include "harness/net/websocket.hpp"
#include "harness/sandbox/api/discovery.hpp"
#include "harness/sandbox/api/errors.hpp"
#include "harness/sandbox/api/objects.hpp"
#include "harness/sandbox/api/spdy_upgrade.hpp"
#include "harness/sandbox/api/streams.hpp"
#include "harness/sandbox/api/watch.hpp"

namespace pgdrill::sandbox {
namespace {

struct Service {
  Store& store;
  ApiServerOptions options;
  std::unique_ptr<net::TlsAcceptor> acceptor;
};

bool is_served_group(std::string const& path) {
  auto const& types = Store::types();
  return path.starts_with("/api/") || std::ranges::any_of(types, [&](kube::ResourceType const& type) {
           return !type.group.empty() &&
                  path.starts_with(fmt::format("/apis/{}/", std::string_view(type.group)));
         });
}

// What no group answers for gets no Status.
net::HttpResponse not_found_page() {
  return {.status = 404,
          .headers = {{"Content-Type", "text/plain; charset=utf-8"}},
          .body = "404 page not found\n"};
}

Error no_such_path() {
  return api_error(404, "NotFound", "the server could not find the requested resource");
}

bool authorized(net::HttpRequest const& request, std::string const& token) {
  constexpr std::string_view scheme = "Bearer ";
  std::string_view const given = net::header(request.headers, "Authorization");
  if (!given.starts_with(scheme) || given.size() != scheme.size() + token.size()) return false;
  return CRYPTO_memcmp(given.data() + scheme.size(), token.data(), token.size()) == 0;
}

bool is_stream_of_pod(ApiRequest const& request) {
  return request.type == kube::pod_type && (request.subresource == "log" || request.subresource == "exec" ||
                                            request.subresource == "portforward");
}

std::string chosen_protocol(ApiRequest const& request) {
  auto const offered = net::offered_protocols(request.http);
  bool const forwards = request.subresource == "portforward";
  for (std::string_view const known :
       {forwards ? kube::port_forward_v4 : kube::exec_v5, forwards ? spdy_port_forward : kube::exec_v4}) {
    if (std::ranges::find(offered, known) != offered.end()) return std::string(known);
  }
  return "";
}

Result<std::unique_ptr<Process>> start_command(Service& service, ApiRequest const& request) {
  std::vector<std::string> command;
  for (auto const& [key, value] : request.query) {
    if (key == "command") command.push_back(value);
  }
  return service.options.containers->exec(request.ns, request.name, request.parameter("container"), command);
}

// kubectl before 1.30, on the connection itself.
Task<> serve_spdy_upgrade(Service& service, std::unique_ptr<net::HttpServer> http,
                          ApiRequest const& request) {
  if (request.subresource == "portforward") {
    auto socket = co_await accept_spdy(std::move(http), request.http, "portforward.k8s.io");
    if (socket) co_await serve_spdy_forward(*service.options.containers, **socket, request);
    co_return;
  }
  auto process = start_command(service, request);
  if (!process) {
    (void)co_await http->respond(last_response(process.error(), &request));
    co_return;
  }
  auto socket = co_await accept_spdy(std::move(http), request.http, std::string(kube::exec_v4));
  if (socket) {
    co_await serve_spdy_exec(*std::move(process), **socket, request);
  } else {
    (*process)->signal_group(9);
  }
}

Task<> serve_exec_upgrade(Service& service, std::unique_ptr<net::HttpServer> http, ApiRequest const& request,
                          std::string protocol) {
  auto process = start_command(service, request);
  if (!process) {
    (void)co_await http->respond(last_response(process.error(), &request));
    co_return;
  }
  auto socket = co_await net::WebSocket::accept(std::move(http), request.http, std::move(protocol));
  if (socket) {
    co_await serve_exec(*std::move(process), **socket, request);
  } else {
    (*process)->signal_group(9);
  }
}

// Takes the connection over.
Task<> serve_upgrade(Service& service, std::unique_ptr<net::HttpServer> http, ApiRequest const& request) {
  if (is_spdy_upgrade(request.http)) {
    co_await serve_spdy_upgrade(service, std::move(http), request);
    co_return;
  }
  std::string protocol = chosen_protocol(request);
  if (!net::is_websocket_upgrade(request.http) || protocol.empty()) {
    (void)co_await http->respond(
        last_response(api_error(net::is_websocket_upgrade(request.http) ? 403 : 400,
                                net::is_websocket_upgrade(request.http) ? "Forbidden" : "BadRequest",
                                "unable to upgrade: none of the offered protocols is served "
                                "(v5.channel.k8s.io, v4.channel.k8s.io)"),
                      &request));
    co_return;
  }
  if (request.subresource == "exec") {
    co_await serve_exec_upgrade(service, std::move(http), request, std::move(protocol));
    co_return;
  }
  auto socket = co_await net::WebSocket::accept(std::move(http), request.http, std::move(protocol));
  if (!socket) co_return;
  if ((*socket)->protocol() == spdy_port_forward) {
    co_await serve_spdy_forward(*service.options.containers, **socket, request);
  } else {
    co_await serve_port_forward(*service.options.containers, **socket, request);
  }
}

// True when the connection can take another request.
Task<bool> serve_request(Service& service, std::unique_ptr<net::HttpServer>& http, net::HttpRequest request) {
  if (!authorized(request, service.options.token)) {
    auto const sent = co_await http->respond(error_response(api_error(401, "Unauthorized", "Unauthorized")));
    co_return sent.has_value();
  }
  if (auto answer = answer_discovery(request)) {
    auto const sent = co_await http->respond(*std::move(answer));
    co_return sent.has_value();
  }
  std::string const path = net::path_of(request.target);
  auto const parsed = parse_api_request(std::move(request));
  if (!parsed) {
    auto const sent =
        co_await http->respond(is_served_group(path) ? error_response(no_such_path()) : not_found_page());
    co_return sent.has_value();
  }
  if (is_stream_of_pod(*parsed)) {
    auto const pod = service.store.get(parsed->type, parsed->ns, parsed->name);
    if (!pod || service.options.containers == nullptr) {
      auto const sent = co_await http->respond(error_response(pod ? no_such_path() : pod.error(), &*parsed));
      co_return sent.has_value();
    }
    if (parsed->subresource != "log") {
      co_await serve_upgrade(service, std::move(http), *parsed);
      co_return false;
    }
    if (!parsed->parameter_is_true("follow")) {
      auto const sent = co_await http->respond(answer_log(*service.options.containers, *parsed));
      co_return sent.has_value();
    }
    // What follows a stream on the same connection may have been taken by closed_by_peer: one request only.
    co_await until_first(follow_log(*service.options.containers, *http, *parsed), http->closed_by_peer());
    co_return false;
  }
  if (parsed->http.method == "GET" && parsed->parameter_is_true("watch")) {
    co_await until_first(serve_watch(service.store, *http, *parsed), http->closed_by_peer());
    co_return false;
  }
  auto const sent = co_await http->respond(answer_object_request(service.store, *parsed));
  co_return sent.has_value();
}

Task<> serve_connection(Service& service, std::unique_ptr<ByteStream> accepted) {
  auto secure = co_await service.acceptor->handshake(std::move(accepted));
  if (!secure) co_return;
  auto http = net::HttpServer::over(*std::move(secure));
  while (true) {
    auto request = co_await http->read();
    if (!request) {
      (void)co_await http->respond(error_response(bad_request_error(request.error().why)));
      break;
    }
    if (!request->has_value()) break;
    bool const goes_on = co_await serve_request(service, http, **std::move(request));
    if (!goes_on || !http || !http->keep_alive()) break;
  }
  if (http) http->close();
}

Task<> accept_all(Service& service, net::Listener& listener, Scope& connections) {
  while (true) {
    auto accepted = co_await listener.accept();
    if (!accepted) {
      if (accepted.error().kind == ErrorKind::cancelled) co_return;
      continue;
    }
    connections.spawn("connection", serve_connection(service, *std::move(accepted)));
  }
}

}  // namespace

Task<Result<>> serve_api(Store& store, net::Listener& listener, ApiServerOptions options) {
  auto acceptor = net::TlsAcceptor::create(options.tls);
  if (!acceptor) co_return tl::make_unexpected(acceptor.error());
  Service service{.store = store, .options = std::move(options), .acceptor = *std::move(acceptor)};
  Scope connections(co_await asio::this_coro::executor);
  connections.spawn("listener", accept_all(service, listener, connections));
  co_await connections.join();
  co_return Result<>();
}

}  // namespace pgdrill::sandbox
