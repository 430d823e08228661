#include "harness/kube/client_impl.hpp"
#include "harness/kube/lines.hpp"
#include "harness/kube/watch_state.hpp"

namespace pgdrill::kube {

namespace {

/// The server ends each watch after this; a resume is cheap, and a connection that died without a word is
/// noticed.
constexpr auto watch_length = std::chrono::seconds(60);
constexpr auto watch_slack = std::chrono::seconds(10);
constexpr Duration first_pause = std::chrono::milliseconds(100);
constexpr Duration longest_pause = std::chrono::seconds(2);

/// No later attempt can end otherwise.
bool is_final(Error const& error) {
  if (error.status == 0) return error.kind == ErrorKind::refused;
  return error.status < 500 && error.status != 408 && error.status != 410 && error.status != 429;
}

class ResumingWatch final : public Watch {
 public:
  ResumingWatch(std::shared_ptr<ClientImpl> client, ResourceType type, std::string ns, ListOptions options)
      : client_(std::move(client)),
        type_(type),
        ns_(std::move(ns)),
        options_(std::move(options)),
        state_(options_.bookmark_after_list) {}

  Task<Result<WatchEvent>> next() override {
    std::optional<Monotonic> failing_since;
    Duration pause = first_pause;
    while (true) {
      if (std::optional<WatchEvent> event = state_.take()) co_return std::move(*event);
      Result<> const step = co_await advance();
      if (step) {
        failing_since.reset();
        pause = first_pause;
        continue;
      }
      Monotonic const now = std::chrono::steady_clock::now();
      if (!failing_since) failing_since = now;
      bool const too_long = now - *failing_since >= client_->transport().deadline();
      if (is_final(step.error()) || too_long) co_return tl::make_unexpected(step.error());
      co_await sleep_for(pause);
      pause = std::min(pause * 2, longest_pause);
    }
  }

 private:
  /// One running watch request. It is a local of the coroutine that reads from it, so that a cancelled read
  /// drops it and the next one goes on from the last version.
  struct Stream {
    std::unique_ptr<net::HttpClient> connection;
    Lines lines;
    Monotonic until;
  };

  Task<Result<>> advance() {
    if (state_.wants() == WatchState::Wants::list) {
      stream_.reset();
      CO_TRY(ObjectList list, co_await client_->list(type_, ns_, options_));
      state_.on_list(std::move(list));
      co_return Result<>();
    }
    if (!stream_) co_return co_await open();
    co_return co_await read();
  }

  Task<Result<>> open() {
    Call call;
    call.request.target =
        path_to(type_, ns_) + query_of({{"watch", "true"},
                                        {"allowWatchBookmarks", "true"},
                                        {"timeoutSeconds", std::to_string(watch_length.count())},
                                        {"resourceVersion", state_.resource_version()},
                                        {"labelSelector", options_.label_selector},
                                        {"fieldSelector", options_.field_selector}});
    call.request.headers.emplace_back("Accept", "application/json");
    call.what = "cannot watch";
    call.where = std::string(type_.plural) + (ns_.empty() ? "" : " in namespace " + ns_);
    call.repeatable = true;
    Result<std::unique_ptr<net::HttpClient>> connection =
        co_await client_->transport().start(std::move(call));
    if (connection) {
      Monotonic const until = std::chrono::steady_clock::now() + watch_length + watch_slack;
      stream_.emplace(Stream{std::move(*connection), {}, until});
      co_return Result<>();
    }
    if (connection.error().kind != ErrorKind::gone) co_return tl::make_unexpected(connection.error());
    state_.on_gone();
    co_return Result<>();
  }

  Task<Result<>> read() {
    Stream stream = std::move(*stream_);
    stream_.reset();
    Task<Result<std::string>> work = stream.connection->read_body();
    Duration const rest = stream.until - std::chrono::steady_clock::now();
    Result<std::string> const piece = co_await with_deadline(std::move(work), rest, "the watch went silent");
    // A lost connection, a silent one and the server's time-out are all the same: go on from the last
    // version.
    if (!piece) co_return quiet_end();
    if (piece->empty()) {
      client_->transport().give_back(std::move(stream.connection));
      co_return quiet_end();
    }
    endings_without_data_ = 0;
    stream.lines.feed(*piece);
    while (std::optional<std::string> const line = stream.lines.take()) {
      if (line->empty()) continue;
      CO_TRY_VOID(state_.on_line(*line));
      if (state_.wants() == WatchState::Wants::list) co_return Result<>();
    }
    stream_.emplace(std::move(stream));
    co_return Result<>();
  }

  /// A server that ends every watch at once must not be asked in a busy loop: from the second time in a row
  /// on it counts as a failure.
  Result<> quiet_end() {
    if (++endings_without_data_ < 2) return {};
    return fail({.kind = ErrorKind::unreachable,
                 .what = "cannot watch " + std::string(type_.plural),
                 .why = "the API server ends every watch without an event"});
  }

  std::shared_ptr<ClientImpl> client_;
  ResourceType type_;
  std::string ns_;
  ListOptions options_;
  WatchState state_;
  std::optional<Stream> stream_;
  int endings_without_data_ = 0;
};

}  // namespace

std::unique_ptr<Watch> ClientImpl::watch(ResourceType type, std::string ns, ListOptions options) {
  return std::make_unique<ResumingWatch>(shared_from_this(), type, std::move(ns), std::move(options));
}

}  // namespace pgdrill::kube
