// A service's port: listens on the cluster address and hands each connection to a pod.
#pragma once
#include <list>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "harness/base/scope.hpp"
#include "harness/net/socket.hpp"
#include "harness/sandbox/kubelet/wake.hpp"

namespace pgdrill::sandbox {

struct Endpoint {
  std::string pod_uid;
  std::string address;
  std::uint16_t port = 0;
  friend bool operator==(Endpoint const&, Endpoint const&) = default;
};

class Forwarder {
 public:
  Forwarder(asio::any_io_executor executor, std::string address, std::uint16_t port)
      : executor_(std::move(executor)), address_(std::move(address)), port_(port) {}

  /// Where new connections go, in turn. Without any, nobody listens, so that clients are refused as
  /// kube-proxy refuses them. Error io when the address cannot be bound; call again to try again.
  [[nodiscard]] Result<> set_endpoints(std::vector<Endpoint> endpoints);
  /// Cuts the connections to pods that are not among these.
  void cut_gone(std::set<std::string> const& present_pod_uids);
  /// Accepts until stop(), then cuts all connections.
  [[nodiscard]] Task<> run();
  void stop();

 private:
  struct Connection {
    std::string pod_uid;
    std::unique_ptr<ByteStream> client;
    std::unique_ptr<ByteStream> pod;
    void close();
  };

  Task<> accept_all(Scope& scope);
  Task<> serve(std::unique_ptr<ByteStream> client);
  static Task<> join_streams(Connection& connection);

  asio::any_io_executor executor_;
  std::string address_;
  std::uint16_t port_;
  std::vector<Endpoint> endpoints_;
  std::size_t turn_ = 0;
  std::shared_ptr<net::Listener> listener_;
  std::list<Connection> connections_;
  Wake wake_;
  bool stopped_ = false;
};

}  // namespace pgdrill::sandbox
