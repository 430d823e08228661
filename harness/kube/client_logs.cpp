#include <algorithm>

#include "harness/kube/client_impl.hpp"
#include "harness/kube/lines.hpp"

namespace pgdrill::kube {

namespace {

Call log_call(std::string const& ns, std::string const& pod, LogOptions const& options) {
  net::Headers const parameters{{"container", options.container},
                                {"follow", options.follow ? "true" : ""},
                                {"previous", options.previous ? "true" : ""},
                                {"tailLines", options.tail_lines ? std::to_string(*options.tail_lines) : ""}};
  Call call;
  call.request.target = path_to(pod_type, ns, pod, "log") + query_of(parameters);
  call.what = "cannot read the log of";
  call.where = ObjectRef{pod_type, ns, pod}.text();
  call.repeatable = true;
  return call;
}

constexpr Duration first_pause = std::chrono::milliseconds(100);
constexpr Duration longest_pause = std::chrono::seconds(2);

Error another_log(std::string const& where) {
  return {
      .kind = ErrorKind::unreachable,
      .what = "cannot go on reading the log",
      .where = where,
      .why = "the connection was lost, and the log does not begin any more with the lines that were read"};
}

/// Goes on after a lost connection: the log is asked for anew, and the lines that were read are skipped. That
/// it still is the same log (no restarted container, no rotation) is seen by the last of them.
class FollowedLog final : public LogStream {
 public:
  FollowedLog(std::shared_ptr<ClientImpl> client, std::unique_ptr<net::HttpClient> connection, Call call,
              bool from_beginning)
      : client_(std::move(client)),
        connection_(std::move(connection)),
        call_(std::move(call)),
        from_beginning_(from_beginning) {}

  Task<Result<std::optional<std::string>>> next_line() override {
    std::optional<Monotonic> failing_since;
    Duration pause = first_pause;
    while (true) {
      Result<std::optional<std::string>> line = co_await read_line();
      if (line || (line.error().kind == ErrorKind::cancelled && !from_beginning_)) co_return line;
      connection_ = nullptr;
      rest_of_log_ = from_beginning_;
      Monotonic const now = std::chrono::steady_clock::now();
      if (!failing_since) failing_since = now;
      bool const may_pass =
          line.error().kind == ErrorKind::unreachable || line.error().kind == ErrorKind::timeout;
      bool const too_long = now - *failing_since >= client_->transport().deadline();
      if (!from_beginning_ || !may_pass || too_long || other_) co_return line;
      co_await sleep_for(pause);
      pause = std::min(pause * 2, longest_pause);
    }
  }

 private:
  Task<Result<std::optional<std::string>>> read_line() {
    if (rest_of_log_ && connection_ == nullptr) {
      lines_ = Lines();
      passed_ = 0;
      CO_TRY(connection_, co_await client_->transport().start(call_));
    }
    while (true) {
      CO_TRY(std::optional<std::string> line, co_await raw_line());
      if (passed_ < read_) {
        // A server in its first moments may give a part of the log: that is asked for once more.
        if (!line) co_return fail(another_log(call_.where));
        if (++passed_ < read_ || *line == last_) continue;
        other_ = true;
        co_return fail(another_log(call_.where));
      }
      if (line) {
        passed_ = ++read_;
        last_ = *line;
      }
      co_return line;
    }
  }

  Task<Result<std::optional<std::string>>> raw_line() {
    while (true) {
      if (std::optional<std::string> line = lines_.take()) co_return line;
      if (connection_ == nullptr) co_return std::optional<std::string>();
      CO_TRY(std::string const piece, co_await connection_->read_body());
      if (!piece.empty()) {
        lines_.feed(piece);
        continue;
      }
      client_->transport().give_back(std::move(connection_));
      connection_ = nullptr;
      rest_of_log_ = false;
      std::string rest = lines_.take_rest();
      if (!rest.empty()) co_return std::optional<std::string>(std::move(rest));
    }
  }

  std::shared_ptr<ClientImpl> client_;
  std::unique_ptr<net::HttpClient> connection_;
  Call call_;
  bool from_beginning_;
  bool rest_of_log_ = false;  ///< the connection was lost: the log goes on behind what was read
  bool other_ = false;
  std::size_t read_ = 0;    ///< lines that were given out
  std::size_t passed_ = 0;  ///< of them, those that came on this connection
  std::string last_;
  Lines lines_;
};

}  // namespace

Task<Result<std::string>> ClientImpl::logs(std::string ns, std::string pod, LogOptions options) {
  options.follow = false;
  co_return co_await transport_.exchange(log_call(ns, pod, options));
}

Task<Result<std::unique_ptr<LogStream>>> ClientImpl::follow_logs(std::string ns, std::string pod,
                                                                 LogOptions options) {
  options.follow = true;
  Call call = log_call(ns, pod, options);
  CO_TRY(std::unique_ptr<net::HttpClient> connection, co_await transport_.start(call));
  bool const from_beginning = !options.tail_lines;
  co_return std::make_unique<FollowedLog>(shared_from_this(), std::move(connection), std::move(call),
                                          from_beginning);
}

}  // namespace pgdrill::kube
