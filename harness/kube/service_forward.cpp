#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include "harness/base/scope.hpp"
#include "harness/kube/client.hpp"
#include "harness/net/socket.hpp"

namespace pgdrill::kube {

namespace {

/// How long nothing may come from the pod after the local side has closed: port-forward has no half-close
/// that would tell the pod, so that the connection must be ended from here.
constexpr auto last_answers = std::chrono::seconds(5);

/// Lives as long as its coroutines do, which may be a little longer than the ServiceForward.
struct Forward {
  std::shared_ptr<Client> client;
  std::string ns;
  std::string service;
  std::uint16_t port = 0;
  std::unique_ptr<net::Listener> listener;
  std::optional<Error> last_error;
  asio::cancellation_signal stop;
};

/// A stream that knows how long a read of it has been waiting.
class Observed final : public ByteStream {
 public:
  explicit Observed(std::unique_ptr<ByteStream> stream) : stream_(std::move(stream)) {}
  Task<Result<std::size_t>> read_some(std::span<char> into) override {
    waiting_since_ = std::chrono::steady_clock::now();
    Result<std::size_t> const count = co_await stream_->read_some(into);
    waiting_since_.reset();
    co_return count;
  }
  Task<Result<std::size_t>> write_some(std::span<char const> from) override {
    return stream_->write_some(from);
  }
  Task<Result<>> shutdown_write() override { return stream_->shutdown_write(); }
  void close() override { stream_->close(); }
  /// Now, while what was read is still on its way to a reader who takes his time.
  [[nodiscard]] Monotonic waiting_since() const {
    return waiting_since_.value_or(std::chrono::steady_clock::now());
  }

 private:
  std::unique_ptr<ByteStream> stream_;
  std::optional<Monotonic> waiting_since_;
};

Task<> carry_to_pod(ByteStream& local, Observed& remote) {
  Result<> const ended = co_await pump(local, remote);
  Monotonic const closed = std::chrono::steady_clock::now();
  while (ended) {
    Monotonic const end = std::max(closed, remote.waiting_since()) + last_answers;
    if (std::chrono::steady_clock::now() >= end) break;
    co_await sleep_until(end);
  }
  remote.close();
}

Task<> carry(ByteStream& local, Observed& remote, std::shared_ptr<Forward> forward, Scope& scope) {
  scope.spawn("forward to pod", carry_to_pod(local, remote));
  Result<> const ended = co_await pump(remote, local);
  if (!ended && ended.error().kind != ErrorKind::cancelled) forward->last_error = ended.error();
  local.close();
  remote.close();
  scope.cancel();
}

Task<> serve_connection(std::shared_ptr<Forward> forward, std::unique_ptr<ByteStream> local) {
  Result<PodTarget> const target =
      co_await select_pod(*forward->client, forward->ns, forward->service, forward->port);
  if (!target) {
    forward->last_error = target.error();
    co_return;
  }
  Result<std::unique_ptr<ByteStream>> remote =
      co_await forward->client->port_forward(forward->ns, target->pod, target->port);
  if (!remote) {
    forward->last_error = remote.error();
    co_return;
  }
  forward->last_error.reset();
  Observed observed(std::move(*remote));
  std::function<Task<>(Scope&)> body = [&](Scope& scope) { return carry(*local, observed, forward, scope); };
  co_await with_scope(std::move(body));
}

Task<> accept_all(std::shared_ptr<Forward> forward, Scope& scope) {
  while (true) {
    Result<std::unique_ptr<ByteStream>> local = co_await forward->listener->accept();
    if (!local && local.error().kind == ErrorKind::cancelled) break;
    if (!local) {
      // Out of descriptors, most likely: those in use may be closed meanwhile.
      forward->last_error = local.error();
      co_await sleep_for(std::chrono::milliseconds(100));
      continue;
    }
    scope.spawn("forwarded connection", serve_connection(forward, std::move(*local)));
  }
  scope.cancel();
}

Task<> serve(std::shared_ptr<Forward> forward) {
  std::function<Task<>(Scope&)> body = [forward](Scope& scope) { return accept_all(forward, scope); };
  co_await with_scope(std::move(body));
}

class LoopbackForward final : public ServiceForward {
 public:
  explicit LoopbackForward(std::shared_ptr<Forward> forward) : forward_(std::move(forward)) {}
  ~LoopbackForward() override {
    forward_->listener->close();
    forward_->stop.emit(asio::cancellation_type::terminal);
  }
  std::uint16_t local_port() const override { return forward_->listener->port(); }
  std::optional<Error> last_error() const override { return forward_->last_error; }

 private:
  std::shared_ptr<Forward> forward_;
};

}  // namespace

Task<Result<std::unique_ptr<ServiceForward>>> ServiceForward::open(std::shared_ptr<Client> client,
                                                                   std::string ns, std::string service,
                                                                   std::uint16_t port) {
  asio::any_io_executor const executor = co_await asio::this_coro::executor;
  // Names what is wrong with the service at once; that no pod is ready may change by the time of a
  // connection.
  Result<PodTarget> const target = co_await select_pod(*client, ns, service, port);
  if (!target && target.error().code != "NoPodReady") co_return tl::make_unexpected(target.error());
  auto forward = std::make_shared<Forward>();
  CO_TRY(forward->listener, net::Listener::bind(executor, "127.0.0.1", 0));
  forward->client = std::move(client);
  forward->ns = std::move(ns);
  forward->service = std::move(service);
  forward->port = port;
  auto ended = [forward](std::exception_ptr const& problem) {
    if (problem && !is_cancellation(problem)) std::rethrow_exception(problem);
  };
  asio::co_spawn(executor, serve(forward),
                 asio::bind_cancellation_slot(forward->stop.slot(), std::move(ended)));
  co_return std::make_unique<LoopbackForward>(std::move(forward));
}

}  // namespace pgdrill::kube
