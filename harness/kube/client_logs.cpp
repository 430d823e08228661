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

class FollowedLog final : public LogStream {
 public:
  FollowedLog(std::shared_ptr<ClientImpl> client, std::unique_ptr<net::HttpClient> connection)
      : client_(std::move(client)), connection_(std::move(connection)) {}

  Task<Result<std::optional<std::string>>> next_line() override {
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
      std::string rest = lines_.take_rest();
      if (!rest.empty()) co_return std::optional<std::string>(std::move(rest));
    }
  }

 private:
  std::shared_ptr<ClientImpl> client_;
  std::unique_ptr<net::HttpClient> connection_;
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
  CO_TRY(std::unique_ptr<net::HttpClient> connection, co_await transport_.start(log_call(ns, pod, options)));
  co_return std::make_unique<FollowedLog>(shared_from_this(), std::move(connection));
}

}  // namespace pgdrill::kube
