#include "harness/base/scope.hpp"
#include "harness/kube/client_impl.hpp"
#include "harness/kube/exec_state.hpp"

namespace pgdrill::kube {

namespace {

/// Small enough for every server's limit of a message.
constexpr std::size_t largest_message = 32768;

class WebSocketExec final : public ExecSession {
 public:
  WebSocketExec(std::unique_ptr<net::WebSocket> socket, std::string where)
      : socket_(std::move(socket)), where_(std::move(where)) {}
  ~WebSocketExec() override {
    if (!state_.ended()) socket_->abort();
  }

  Task<Result<>> write(std::string bytes) override {
    for (std::size_t start = 0; start < bytes.size(); start += largest_message) {
      std::string_view const piece = std::string_view(bytes).substr(start, largest_message);
      std::string message = channel_message(static_cast<unsigned char>(Channel::input), piece);
      CO_TRY_VOID(co_await socket_->write(std::move(message)));
    }
    co_return Result<>();
  }

  Task<Result<>> close_input() override {
    if (socket_->protocol() != exec_v5) {
      co_return fail(
          {.kind = ErrorKind::invalid,
           .what = "cannot close the input of a running command",
           .where = where_,
           .why = "the API server speaks " + socket_->protocol() + ", which has no message for it"});
    }
    co_return co_await socket_->write(close_message(static_cast<unsigned char>(Channel::input)));
  }

  Task<Result<Output>> read() override {
    while (!state_.ended()) {
      CO_TRY(net::WebSocketMessage message, co_await socket_->read());
      if (message.closed) co_return located(state_.on_close());
      Result<std::optional<Output>> output = state_.on_message(std::move(message.payload));
      if (!output) co_return located(tl::make_unexpected(std::move(output.error())));
      if (state_.ended()) break;
      if (*output) co_return std::move(**output);
    }
    if (!closed_) {
      closed_ = true;
      // The command has ended whatever becomes of the connection.
      Result<> const ignored = co_await socket_->close();
      static_cast<void>(ignored);
    }
    co_return Output{};
  }

  int exit_code() const override { return state_.exit_code(); }

 private:
  Result<Output> located(Result<Output> result) const {
    if (!result) result.error().where = where_;
    return result;
  }

  std::unique_ptr<net::WebSocket> socket_;
  std::string where_;
  ExecState state_;
  bool closed_ = false;
};

/// A command with its input and output under way at once: one that answers while it reads would otherwise
/// stop as soon as the buffers between are full.
struct Running {
  std::unique_ptr<ExecSession> session;
  std::string input;
  Result<> fed = {};
  Result<ExecResult> ended = ExecResult{};
};

Task<Result<ExecResult>> collect(ExecSession& session) {
  ExecResult result;
  while (true) {
    CO_TRY(ExecSession::Output output, co_await session.read());
    if (output.channel == 0) break;
    (output.channel == 1 ? result.out : result.err) += output.bytes;
  }
  result.exit_code = session.exit_code();
  co_return result;
}

Task<> take_output(Running& running, Scope& scope) {
  running.ended = co_await collect(*running.session);
  // A command that ends before it has read all its input is no failure; its status tells.
  scope.cancel();
}

Task<> give_input(Running& running, Scope& scope) {
  Result<> fed = co_await running.session->write(std::move(running.input));
  if (fed) fed = co_await running.session->close_input();
  if (fed || fed.error().kind != ErrorKind::invalid) co_return;
  running.fed = std::move(fed);
  scope.cancel();
}

Task<> run_both(Running& running, Scope& scope) {
  scope.spawn("output of the command", take_output(running, scope));
  scope.spawn("input of the command", give_input(running, scope));
  co_return;
}

Task<Result<ExecResult>> run_session(std::unique_ptr<ExecSession> session, std::string input) {
  if (input.empty()) co_return co_await collect(*session);
  Running running{.session = std::move(session), .input = std::move(input)};
  std::function<Task<>(Scope&)> body = [&running](Scope& scope) { return run_both(running, scope); };
  co_await with_scope(std::move(body));
  if (!running.fed) co_return tl::make_unexpected(std::move(running.fed.error()));
  co_return std::move(running.ended);
}

}  // namespace

Task<Result<std::unique_ptr<ExecSession>>> ClientImpl::start_exec(std::string ns, std::string pod,
                                                                  std::string container,
                                                                  std::vector<std::string> command,
                                                                  bool with_input) {
  net::Headers parameters;
  for (std::string const& word : command) parameters.emplace_back("command", word);
  parameters.emplace_back("container", container);
  parameters.emplace_back("stdin", with_input ? "true" : "");
  parameters.emplace_back("stdout", "true");
  parameters.emplace_back("stderr", "true");
  Call call;
  call.request.target = path_to(pod_type, ns, pod, "exec") + query_of(parameters);
  call.what = "cannot run a command in";
  call.where = ObjectRef{pod_type, ns, pod}.text();
  std::string const where = call.where;
  std::vector<std::string> protocols{std::string(exec_v5), std::string(exec_v4)};
  Result<std::unique_ptr<net::WebSocket>> socket = co_await transport_.open_websocket(call, protocols);
  // Some servers answer an offer that holds a protocol unknown to them with a bare 400 or 403. A permission
  // that is missing looks alike; then the second attempt is refused as well.
  bool const unknown_offer = !socket && (socket.error().status == 400 || socket.error().status == 403);
  if (unknown_offer) {
    protocols.erase(protocols.begin());
    Result<std::unique_ptr<net::WebSocket>> older = co_await transport_.open_websocket(call, protocols);
    if (older) socket = std::move(older);
  }
  if (!socket) co_return tl::make_unexpected(std::move(socket.error()));
  co_return std::make_unique<WebSocketExec>(std::move(*socket), where);
}

Task<Result<ExecResult>> ClientImpl::exec(std::string ns, std::string pod, std::string container,
                                          std::vector<std::string> command, std::string input) {
  co_return co_await run_command(*this, {.ns = std::move(ns),
                                         .pod = std::move(pod),
                                         .container = std::move(container),
                                         .command = std::move(command),
                                         .input = std::move(input),
                                         .limit = transport_.deadline()});
}

Task<Result<ExecResult>> run_command(Client& client, Command command) {
  std::string const where = ObjectRef{pod_type, command.ns, command.pod}.text();
  CO_TRY(
      std::unique_ptr<ExecSession> session,
      co_await client.start_exec(std::move(command.ns), std::move(command.pod), std::move(command.container),
                                 std::move(command.command), !command.input.empty()));
  Task<Result<ExecResult>> work = run_session(std::move(session), std::move(command.input));
  Result<ExecResult> result =
      co_await with_deadline(std::move(work), command.limit, "a command in " + where + " did not end");
  if (!result && result.error().where.empty()) result.error().where = where;
  co_return result;
}

}  // namespace pgdrill::kube
