#include "harness/sandbox/kubelet/forwarder.hpp"

namespace pgdrill::sandbox {
namespace {

constexpr auto connect_limit = std::chrono::seconds(5);

/// One direction. When it breaks, the other must not wait for ever.
Task<> copy(ByteStream& from, ByteStream& to) {
  Result<> const copied = co_await pump(from, to);
  if (copied) co_return;
  from.close();
  to.close();
}

Task<> copy_both(Scope& scope, ByteStream& client, ByteStream& pod) {
  scope.spawn("to pod", copy(client, pod));
  scope.spawn("to client", copy(pod, client));
  co_return;
}

}  // namespace

void Forwarder::Connection::close() {
  client->close();
  if (pod) pod->close();
}

Result<> Forwarder::set_endpoints(std::vector<Endpoint> endpoints) {
  endpoints_ = std::move(endpoints);
  if (endpoints_.empty()) {
    if (listener_) listener_->close();
    listener_.reset();
    return {};
  }
  if (listener_) return {};
  TRY(auto listener, net::Listener::bind(executor_, address_, port_));
  listener_ = std::move(listener);
  wake_.notify();
  return {};
}

void Forwarder::cut_gone(std::set<std::string> const& present_pod_uids) {
  for (Connection& connection : connections_) {
    if (!present_pod_uids.contains(connection.pod_uid)) connection.close();
  }
}

void Forwarder::stop() {
  stopped_ = true;
  if (listener_) listener_->close();
  for (Connection& connection : connections_) connection.close();
  wake_.notify();
}

Task<> Forwarder::run() {
  std::function<Task<>(Scope&)> body = [this](Scope& scope) { return accept_all(scope); };
  co_await with_scope(std::move(body));
}

Task<> Forwarder::accept_all(Scope& scope) {
  while (!stopped_) {
    std::shared_ptr<net::Listener> const listener = listener_;
    if (!listener) {
      co_await wake_.wait();
      continue;
    }
    auto accepted = co_await listener->accept();
    if (accepted) {
      scope.spawn("connection", serve(std::move(*accepted)));
    } else if (listener == listener_ && !stopped_) {
      // Out of descriptors, say: not at once again.
      co_await wake_.wait(std::chrono::steady_clock::now() + std::chrono::milliseconds(100));
    }
  }
}

Task<> Forwarder::serve(std::unique_ptr<ByteStream> client) {
  if (endpoints_.empty()) co_return;
  Endpoint const chosen = endpoints_[turn_++ % endpoints_.size()];
  auto const entry = connections_.insert(connections_.end(), {chosen.pod_uid, std::move(client), nullptr});
  std::exception_ptr problem;
  try {
    auto connected = co_await net::connect_tcp(chosen.address, chosen.port, connect_limit);
    if (connected && !stopped_) {
      entry->pod = std::move(*connected);
      co_await join_streams(*entry);
    }
  } catch (...) {
    problem = std::current_exception();
  }
  entry->close();
  connections_.erase(entry);
  if (problem) std::rethrow_exception(problem);
}

Task<> Forwarder::join_streams(Connection& connection) {
  std::function<Task<>(Scope&)> body = [&](Scope& scope) {
    return copy_both(scope, *connection.client, *connection.pod);
  };
  co_await with_scope(std::move(body));
}

}  // namespace pgdrill::sandbox
