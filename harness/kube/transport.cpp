#include "harness/kube/transport.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>

#include "harness/base/files.hpp"
#include "harness/base/text.hpp"
#include "harness/kube/retry.hpp"
#include "harness/kube/status.hpp"

namespace pgdrill::kube {

namespace {

/// So many requests are under way at once; further ones wait for one of their connections instead of making
/// more. Many drills of one process would else shake hands hundreds of times when they act together.
constexpr std::size_t most_at_once = 16;
constexpr std::size_t most_idle = most_at_once;
/// API servers close idle connections after minutes, load balancers after one.
constexpr Duration longest_idle = std::chrono::seconds(50);
/// What must not be done twice only goes over a connection that was used a moment ago: the server can hardly
/// have closed it meanwhile.
constexpr Duration longest_idle_for_writes = std::chrono::seconds(5);

/// Between attempts to reach a server that is being started anew.
constexpr Duration first_pause = std::chrono::milliseconds(50);
constexpr Duration longest_pause = std::chrono::seconds(1);

Error about(Error error, Call const& call, Access const& access) {
  if (error.status != 0) return error;
  error.why = error.why.empty() ? error.what : error.what.empty() ? error.why : error.what + ": " + error.why;
  error.what = call.full();
  if (error.where.empty()) error.where = access.host + ":" + std::to_string(access.port);
  if (error.todo.empty() && (error.kind == ErrorKind::unreachable || error.kind == ErrorKind::timeout)) {
    error.todo = "check that the API server of " + access.description + " runs and can be reached";
  }
  return error;
}

}  // namespace

Transport::Transport(Access access, Duration deadline) : access_(std::move(access)), deadline_(deadline) {}

Task<Result<std::unique_ptr<net::HttpClient>>> Transport::connect() {
  Result<std::unique_ptr<ByteStream>> stream;
  if (access_.tls) {
    stream = co_await net::connect_tls(access_.host, access_.port, access_.tls_options, deadline_);
  } else {
    stream = co_await net::connect_tcp(access_.host, access_.port, deadline_);
  }
  if (!stream) co_return tl::make_unexpected(std::move(stream.error()));
  co_return net::HttpClient::over(std::move(*stream));
}

Transport::Slot::~Slot() {
  if (transport_ == nullptr || ::pgdrill::detail::loop_is_ending()) return;
  --transport_->under_way_;
  if (transport_->ended_) transport_->ended_->cancel_one();
}

Task<Transport::Slot> Transport::take_slot() {
  while (under_way_ >= most_at_once) {
    if (!ended_) ended_.emplace(co_await asio::this_coro::executor, Monotonic::max());
    static_cast<void>(co_await ended_->async_wait(asio::as_tuple(asio::use_awaitable)));
    // Whoever was told of a free slot takes it, also when cancelled: it is given on at the next wait.
    asio::cancellation_state const state = co_await asio::this_coro::cancellation_state;
    if (under_way_ >= most_at_once && state.cancelled() != asio::cancellation_type::none) {
      throw boost::system::system_error(asio::error::operation_aborted);
    }
  }
  ++under_way_;
  co_return Slot(*this);
}

std::unique_ptr<net::HttpClient> Transport::take_idle(bool repeatable) {
  Monotonic const now = std::chrono::steady_clock::now();
  // A server that was ended in the meantime has closed its side: a write sent there would get no answer, and
  // could not be sent again.
  std::erase_if(idle_, [now](Idle const& idle) {
    return now - idle.since > longest_idle || !idle.connection->reusable();
  });
  if (idle_.empty()) return nullptr;
  if (!repeatable && now - idle_.back().since > longest_idle_for_writes) return nullptr;
  std::unique_ptr<net::HttpClient> connection = std::move(idle_.back().connection);
  idle_.pop_back();
  return connection;
}

void Transport::give_back(std::unique_ptr<net::HttpClient> connection) {
  if (connection == nullptr || !connection->reusable() || idle_.size() >= most_idle) return;
  idle_.push_back({std::move(connection), std::chrono::steady_clock::now()});
}

Result<> Transport::prepare(net::HttpRequest& request) const {
  bool const bare_ipv6 = access_.host.find(':') != std::string::npos;
  std::string const host = bare_ipv6 ? "[" + access_.host + "]" : access_.host;
  std::string token = access_.bearer_token;
  if (!access_.token_file.empty()) {
    Result<std::string> const fresh = read_file(access_.token_file);
    if (fresh) token = trim(*fresh);
    if (!fresh && token.empty()) return tl::make_unexpected(fresh.error());
  }
  request.target = access_.base_path + request.target;
  request.headers.emplace_back("Host", host + ":" + std::to_string(access_.port));
  request.headers.emplace_back("User-Agent", "pgdrill/" PGDRILL_VERSION);
  if (!token.empty()) request.headers.emplace_back("Authorization", "Bearer " + token);
  request.headers.insert(request.headers.end(), access_.headers.begin(), access_.headers.end());
  return {};
}

Task<Result<Transport::Answer>> Transport::attempt(Call const& call, Body body, bool& sent) {
  net::HttpRequest request = call.request;
  CO_TRY_VOID(prepare(request));
  std::optional<Slot> slot;
  if (body == Body::whole) slot.emplace(co_await take_slot());  // streams last: they have no part in it
  std::unique_ptr<net::HttpClient> connection = take_idle(call.repeatable);
  bool reused = connection != nullptr;
  while (true) {
    if (!reused) {
      CO_TRY(connection, co_await connect());
    }
    sent = true;
    Result<net::HttpResponse> response;
    if (body == Body::whole) {
      response = co_await connection->exchange(request);
    } else {
      response = co_await connection->start(request);
    }
    if (response) co_return Answer{std::move(connection), std::move(*response)};
    bool const stale = reused && response.error().kind == ErrorKind::unreachable;
    if (stale) idle_.clear();  // a server that closed one of them has probably closed them all
    if (!stale || !call.repeatable) co_return tl::make_unexpected(std::move(response.error()));
    reused = false;
  }
}

bool Transport::may_come_back(Call const& call, Error const& error, bool sent) const {
  return answered_ && call.patient && error.kind == ErrorKind::unreachable && (call.repeatable || !sent);
}

Task<Result<Transport::Answer>> Transport::answer(Call call, Body body, Monotonic until) {
  bool renewed = false;
  Duration patience = first_pause;
  while (true) {
    bool sent = false;
    Result<Answer> attempted = co_await attempt(call, body, sent);
    if (!attempted) {
      bool const in_time = std::chrono::steady_clock::now() + patience < until;
      if (!in_time || !may_come_back(call, attempted.error(), sent)) co_return attempted;
      co_await sleep_for(patience);
      patience = std::min(patience * 2, longest_pause);
      continue;
    }
    answered_ = true;
    Answer answer = std::move(*attempted);
    int const status = answer.response.status;
    if (status >= 200 && status < 300) co_return answer;
    // The text of the refusal is small; what of it comes late is not worth waiting for.
    while (body == Body::later) {
      CO_TRY(std::string const piece, co_await answer.connection->read_body());
      if (piece.empty()) break;
      answer.response.body += piece;
    }
    give_back(std::move(answer.connection));
    if (status == 401 && access_.renew && !renewed) {
      renewed = true;
      idle_.clear();  // a client certificate belongs to its connection
      CO_TRY_VOID(co_await access_.renew(access_));
      continue;
    }
    std::optional<Duration> const pause = retry_pause(answer.response);
    if (pause && std::chrono::steady_clock::now() + *pause < until) {
      co_await sleep_for(*pause);
      continue;
    }
    co_return fail(status_error(status, answer.response.body, call.brief(), call.where));
  }
}

Task<Result<Transport::Answer>> Transport::answer_in_time(Call call, Body body) {
  Monotonic const until = std::chrono::steady_clock::now() + deadline_;
  Task<Result<Answer>> work = answer(call, body, until);
  Result<Answer> result = co_await with_deadline(std::move(work), deadline_, "");
  if (!result) co_return fail(about(std::move(result.error()), call, access_));
  co_return result;
}

Task<Result<std::string>> Transport::exchange(Call call) {
  CO_TRY(Answer answer, co_await answer_in_time(std::move(call), Body::whole));
  give_back(std::move(answer.connection));
  co_return std::move(answer.response.body);
}

Task<Result<std::unique_ptr<net::HttpClient>>> Transport::start(Call call) {
  CO_TRY(Answer answer, co_await answer_in_time(std::move(call), Body::later));
  co_return std::move(answer.connection);
}

}  // namespace pgdrill::kube
