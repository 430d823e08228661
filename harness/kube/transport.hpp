// Requests to one API server: a small pool of kept connections, credentials, repeated attempts, deadlines.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/kube/kubeconfig.hpp"
#include "harness/net/http.hpp"
#include "harness/net/websocket.hpp"

namespace pgdrill::kube {

/// One request and how to speak of it in an error.
struct Call {
  net::HttpRequest request;
  std::string what;   ///< "cannot get"
  std::string where;  ///< "Pod develop/orders-1"
  /// Doing it twice is the same as once: it is repeated when a kept connection turns out to be closed.
  bool repeatable = false;
  /// Waits within the deadline for a server that has answered before and does not take connections now: it is
  /// being started anew. A request that was never sent may always be repeated.
  bool patient = true;

  /// "cannot get Pod develop/orders-1".
  [[nodiscard]] std::string full() const { return what + " " + where; }
  /// "cannot get Pod", for an error whose `where` names the object.
  [[nodiscard]] std::string brief() const { return what + " " + where.substr(0, where.find(' ')); }
};

class Transport {
 public:
  Transport(Access access, Duration deadline);

  [[nodiscard]] Access const& access() const { return access_; }
  [[nodiscard]] Duration deadline() const { return deadline_; }

  /// The body of a successful answer; any other is an error with its Status.
  [[nodiscard]] Task<Result<std::string>> exchange(Call call);
  /// A connection whose answer's head was success and whose body is still to be read.
  [[nodiscard]] Task<Result<std::unique_ptr<net::HttpClient>>> start(Call call);
  /// A WebSocket in the first of the protocols that the server takes.
  [[nodiscard]] Task<Result<std::unique_ptr<net::WebSocket>>> open_websocket(
      Call call, std::vector<std::string> protocols);
  /// Takes a connection back for later requests, if it can still be used.
  void give_back(std::unique_ptr<net::HttpClient> connection);

 private:
  enum class Body { whole, later };
  struct Answer {
    std::unique_ptr<net::HttpClient> connection;
    net::HttpResponse response;
  };
  struct Idle {
    std::unique_ptr<net::HttpClient> connection;
    Monotonic since;
  };

  /// A place among the requests that are under way at once.
  class Slot {
   public:
    explicit Slot(Transport& transport) : transport_(&transport) {}
    Slot(Slot&& other) noexcept : transport_(std::exchange(other.transport_, nullptr)) {}
    Slot& operator=(Slot&&) = delete;
    Slot(Slot const&) = delete;
    Slot& operator=(Slot const&) = delete;
    ~Slot();

   private:
    Transport* transport_;
  };
  [[nodiscard]] Task<Slot> take_slot();
  Task<Result<std::unique_ptr<net::HttpClient>>> connect();
  std::unique_ptr<net::HttpClient> take_idle(bool repeatable);
  Result<> prepare(net::HttpRequest& request) const;
  Task<Result<Answer>> attempt(Call const& call, Body body, bool& sent);
  bool may_come_back(Call const& call, Error const& error, bool sent) const;
  Task<Result<Answer>> answer(Call call, Body body, Monotonic until);
  Task<Result<Answer>> answer_in_time(Call call, Body body);
  Task<Result<std::unique_ptr<net::WebSocket>>> upgrade(Call call, std::vector<std::string> protocols);

  Access access_;
  Duration deadline_;
  std::vector<Idle> idle_;
  std::size_t under_way_ = 0;
  std::optional<asio::steady_timer> ended_;  ///< its waiters are told when one has ended
  bool answered_ = false;                    ///< the server has answered a request
};

}  // namespace pgdrill::kube
