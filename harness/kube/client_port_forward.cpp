#include "harness/kube/channels.hpp"
#include "harness/kube/client_impl.hpp"
#include "harness/kube/forward_state.hpp"

namespace pgdrill::kube {

namespace {

constexpr std::size_t largest_message = 32768;

class ForwardedPort final : public ByteStream {
 public:
  ForwardedPort(std::unique_ptr<net::WebSocket> socket, std::uint16_t port, std::string where)
      : socket_(std::move(socket)), state_(port), where_(std::move(where)) {}
  ~ForwardedPort() override { close(); }

  Task<Result<std::size_t>> read_some(std::span<char> into) override {
    while (unread_.empty()) {
      if (closed_) co_return fail({.kind = ErrorKind::cancelled, .what = "the port-forward was closed"});
      if (ended_) co_return std::size_t{0};
      CO_TRY(net::WebSocketMessage message, co_await socket_->read());
      if (message.closed) {
        ended_ = true;
        if (message.lost) co_return fail(lost());
        continue;
      }
      Result<std::string> data = state_.on_message(std::move(message.payload));
      if (!data) {
        data.error().where = where_;
        ended_ = true;
        co_return tl::make_unexpected(std::move(data.error()));
      }
      unread_ = std::move(*data);
      taken_ = 0;
    }
    std::size_t const count = unread_.copy(into.data(), into.size(), taken_);
    taken_ += count;
    if (taken_ == unread_.size()) unread_.clear();
    co_return count;
  }

  Task<Result<std::size_t>> write_some(std::span<char const> from) override {
    std::size_t const count = std::min(from.size(), largest_message);
    std::string message = channel_message(0, std::string_view(from.data(), count));
    CO_TRY_VOID(co_await socket_->write(std::move(message)));
    co_return count;
  }

  /// The protocol has no half-close: the connection ends as a whole.
  Task<Result<>> shutdown_write() override { co_return Result<>(); }

  void close() override {
    if (closed_) return;
    closed_ = true;
    socket_->abort();
  }

 private:
  Error lost() const {
    return {.kind = ErrorKind::unreachable,
            .what = "lost the port-forward",
            .where = where_,
            .why = "the API server has dropped it; what was on its way is lost"};
  }

  std::unique_ptr<net::WebSocket> socket_;
  ForwardState state_;
  std::string where_;
  std::string unread_;
  std::size_t taken_ = 0;
  bool ended_ = false;
  bool closed_ = false;
};

}  // namespace

Task<Result<std::unique_ptr<ByteStream>>> ClientImpl::port_forward(std::string ns, std::string pod,
                                                                   std::uint16_t port) {
  Call call;
  call.request.target =
      path_to(pod_type, ns, pod, "portforward") + query_of({{"ports", std::to_string(port)}});
  call.what = "cannot forward port " + std::to_string(port) + " of";
  call.where = ObjectRef{pod_type, ns, pod}.text();
  call.patient = false;  // a forwarded connection fails as fast as a direct one
  std::string const where = call.where + " port " + std::to_string(port);
  CO_TRY(std::unique_ptr<net::WebSocket> socket,
         co_await transport_.open_websocket(std::move(call), {std::string(port_forward_v4)}));
  co_return std::make_unique<ForwardedPort>(std::move(socket), port, where);
}

}  // namespace pgdrill::kube
