#include "harness/sandbox/cnpg/postgres_server.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>

#include "harness/sandbox/cnpg/postgres_log.hpp"

namespace pgdrill::sandbox::cnpg {
namespace {

void print_record(std::string const& text) {
  auto record = record_of(text);
  if (!record) {
    log_line("info", "postgres", text, {});
    return;
  }
  log_line("info", "postgres", "record", {{"record", std::move(*record)}});
}

void print_plain(std::string const& text) { log_line("info", "postgres", text, {{"pipe", "stderr"}}); }

using Print = void (*)(std::string const&);

/// Reads until all writers are gone. The pipe was opened before there was any, so it starts with waiting.
Task<> read_pipe(std::shared_ptr<asio::posix::stream_descriptor> pipe, Print print) {
  LineBuffer lines;
  std::array<char, 16384> bytes{};
  boost::system::error_code problem;
  while (true) {
    std::size_t const count = co_await pipe->async_read_some(
        asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, problem));
    if (problem) break;
    lines.append({bytes.data(), count});
    while (auto line = lines.next()) print(*line);
  }
  if (std::string const rest = lines.rest(); !rest.empty()) print(rest);
}

// What PostgreSQL's commands print (wal-archive, wal-restore) are the manager's own lines already.
void print_output(std::string const& text) {
  if (!text.starts_with("{\"level\":")) {
    print_plain(text);
    return;
  }
  std::string const line = text + "\n";
  (void)!::write(STDOUT_FILENO, line.data(), line.size());
}

Task<> read_output(ByteStream& stream) {
  LineBuffer lines;
  std::array<char, 16384> bytes{};
  while (true) {
    auto const count = co_await stream.read_some(bytes);
    if (!count || *count == 0) break;
    lines.append({bytes.data(), *count});
    while (auto line = lines.next()) print_output(*line);
  }
}

// The manager keeps a writer's end of its own open: without one a reader would see the end of file before the
// server has opened the pipe. It is closed when the server has ended.
struct LogPipe {
  std::shared_ptr<asio::posix::stream_descriptor> reader;
  std::shared_ptr<asio::posix::stream_descriptor> writer;
};

Result<LogPipe> open_pipe(asio::any_io_executor const& executor, std::filesystem::path const& path) {
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  auto const failed = [&path](std::string_view what) {
    return fail({.kind = ErrorKind::io,
                 .what = std::string(what),
                 .where = path.string(),
                 .why = std::generic_category().message(errno)});
  };
  if (::mkfifo(path.c_str(), 0600) != 0) return failed("cannot make the log pipe");
  int const reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  int const writer = ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  if (reader < 0 || writer < 0) return failed("cannot open the log pipe");
  return LogPipe{std::make_shared<asio::posix::stream_descriptor>(executor, reader),
                 std::make_shared<asio::posix::stream_descriptor>(executor, writer)};
}

class ForegroundServer : public PostgresServer {
 public:
  ForegroundServer(std::unique_ptr<Process> process, std::vector<LogPipe> pipes)
      : process_(std::move(process)), pipes_(std::move(pipes)) {}

  bool running() const override { return process_->running(); }

  Task<int> wait() override {
    int const code = co_await process_->wait();
    boost::system::error_code ignored;
    for (auto& pipe : pipes_) pipe.writer->close(ignored);
    co_return code;
  }

  void request_shutdown(Shutdown mode) override {
    // https://www.postgresql.org/docs/15/server-shutdown.html
    switch (mode) {
      case Shutdown::smart:
        process_->signal(SIGTERM);
        return;
      case Shutdown::fast:
        process_->signal(SIGINT);
        return;
      case Shutdown::immediate:
        process_->signal(SIGQUIT);
        return;
    }
  }

  void reload() override { process_->signal(SIGHUP); }

  void read_into_log(Scope& scope) {
    scope.spawn("postgres output", read_output(process_->out()));
    scope.spawn("postgres errors", read_output(process_->err()));
    scope.spawn("postgres log", read_pipe(pipes_[0].reader, &print_output));
    scope.spawn("postgres records", read_pipe(pipes_[1].reader, &print_record));
  }

 private:
  std::unique_ptr<Process> process_;
  std::vector<LogPipe> pipes_;
};

}  // namespace

Result<std::unique_ptr<PostgresServer>> PostgresServer::start(asio::any_io_executor executor, Scope& scope,
                                                              ManagerContext const& context) {
  std::error_code problem;
  std::filesystem::create_directories(context.control("log"), problem);
  std::filesystem::create_directories(context.run, problem);
  std::vector<LogPipe> pipes;
  for (auto const* name : {"log/postgres", "log/postgres.json"}) {
    TRY(LogPipe pipe, open_pipe(executor, context.control(name)));
    pipes.push_back(std::move(pipe));
  }
  // A killed manager must not leave a server behind: it would keep its data directory and its address.
  ProcessOptions options{
      .command = {"setpriv", "--pdeathsig", "QUIT", context.program("postgres"), "-D", context.data.string()},
      .own_group = false};
  TRY(auto process, Process::spawn(executor, std::move(options)));
  auto server = std::make_unique<ForegroundServer>(std::move(process), std::move(pipes));
  server->read_into_log(scope);
  return server;
}

}  // namespace pgdrill::sandbox::cnpg
