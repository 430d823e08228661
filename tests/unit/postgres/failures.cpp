// Each way in which a server can fail a client: told apart, and never waited for past the deadline.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/postgres/connection.hpp"
#include "harness/postgres/look_up.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/self_signed.hpp"

namespace pgdrill::postgres {
namespace {

using namespace std::chrono_literals;
using test::PostgresServer;
using ConnectionPointer = std::unique_ptr<AsyncConnection>;

/// A hang would be for ever: far from any deadline that a test sets, however slow the machine is.
constexpr auto patience = 20s;

struct Answer {
  std::string error_class;
  std::string code;
  bool in_time = false;
};

Answer tell(Result<Rows> const& rows, Monotonic begun) {
  bool const in_time = std::chrono::steady_clock::now() - begun < patience;
  if (rows) return {"", rows->scalar(), in_time};
  return {error_class(rows.error()), rows.error().code, in_time};
}

/// Connects and asks something, with a deadline for each.
Answer connect_and_ask(ConnectionParameters parameters, Duration limit) {
  auto work = [](ConnectionParameters to, Duration within) -> Task<Result<Rows>> {
    CO_TRY(auto connection, co_await AsyncConnection::connect(std::move(to), within));
    co_return co_await connection->query("SELECT 1", {}, within);
  };
  auto const begun = std::chrono::steady_clock::now();
  return tell(run_to_end(work(std::move(parameters), limit)), begun);
}

/// Asks on a connection that was there before the failure.
Answer ask_after(ConnectionParameters parameters, std::function<void(AsyncConnection&)> fail_it,
                 Duration limit, std::string sql = "SELECT 1") {
  auto begun = std::chrono::steady_clock::now();
  auto work = [&](ConnectionParameters to) -> Task<Result<Rows>> {
    CO_TRY(auto connection, co_await AsyncConnection::connect(std::move(to), 10s));
    fail_it(*connection);
    begun = std::chrono::steady_clock::now();
    co_return co_await connection->query(sql, {}, limit);
  };
  auto const rows = run_to_end(work(std::move(parameters)));
  return tell(rows, begun);
}

void expect(Answer const& answer, std::string_view error_class, std::string_view code) {
  EXPECT_EQ(answer.error_class, error_class) << answer.code;
  EXPECT_EQ(answer.code, code);
  EXPECT_TRUE(answer.in_time);
}

TEST(Failures, ServerThatAnswersIsNoFailure) {
  expect(connect_and_ask(PostgresServer::shared().parameters(), 10s), "", "1");
}

TEST(Failures, KilledServer) {
  auto const server = PostgresServer::start();
  expect(
      ask_after(server->parameters(), [&](AsyncConnection&) { server->kill(); }, 10s), "transport", "lost");
  expect(connect_and_ask(server->parameters(), 10s), "transport", "refused");
}

TEST(Failures, FrozenServer) {
  auto const server = PostgresServer::start();
  expect(ask_after(
             server->parameters(), [&](AsyncConnection&) { server->signal_all(SIGSTOP); }, 50ms),
         "timeout", "");
  expect(connect_and_ask(server->parameters(), 50ms), "timeout", "");
  server->signal_all(SIGCONT);
  expect(connect_and_ask(server->parameters(), 10s), "", "1");
}

/// A network that swallows everything: connections are taken and nothing is ever passed on.
class SilentListener {
 public:
  SilentListener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket_, generic, length) != 0 || ::listen(socket_, 8) != 0 ||
        ::getsockname(socket_, generic, &length) != 0)
      std::abort();
    port_ = ntohs(address.sin_port);
  }
  ~SilentListener() { ::close(socket_); }
  SilentListener(SilentListener const&) = delete;
  SilentListener& operator=(SilentListener const&) = delete;
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

TEST(Failures, PartitionedServer) {
  SilentListener const nowhere;
  auto parameters = PostgresServer::shared().parameters();
  parameters.port = nowhere.port();
  expect(connect_and_ask(parameters, 50ms), "timeout", "");
  parameters.ssl_mode = "require";
  expect(connect_and_ask(parameters, 50ms), "timeout", "");
}

TEST(Failures, NameThatIsGone) {
  auto parameters = PostgresServer::shared().parameters();
  parameters.host = "no-such-host.invalid";
  parameters.host_address.clear();
  expect(connect_and_ask(parameters, 15s), "transport", "dns");
}

TEST(Failures, NameServerThatDoesNotAnswerIsNotWaitedFor) {
  // Whatever the resolver does with it, the wait ends with the deadline, and so does the loop.
  auto work = []() -> Task<Result<std::string>> {
    auto looking = look_up("no-such-host.invalid");
    co_return co_await with_deadline(std::move(looking), 1us, "look up");
  };
  auto const begun = std::chrono::steady_clock::now();
  auto const found = run_to_end(work());
  EXPECT_FALSE(found);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, patience);
}

TEST(Failures, CertificateThatHasExpired) {
  auto const server = PostgresServer::start();
  auto const data = server->directory() / "data";
  auto parameters = server->parameters();
  parameters.ssl_mode = "verify-ca";
  parameters.root_certificate = (data / "server.crt").string();
  expect(connect_and_ask(parameters, 10s), "", "1");
  test::write_self_signed(data, -3600);
  std::string const owner = fmt::format("chown --reference={0} {0}/server.key {0}/server.crt", data.string());
  ASSERT_EQ(std::system(owner.c_str()), 0);
  test::run_sql(server->parameters(), "SELECT pg_reload_conf()");
  // The server reads its files anew a moment later.
  Answer answer = connect_and_ask(parameters, 10s);
  for (int i = 0; i < 1000 && answer.error_class.empty(); ++i) answer = connect_and_ask(parameters, 10s);
  expect(answer, "transport", "tls");
}

TEST(Failures, DiskThatIsFull) {
  auto const server = PostgresServer::start();
  // A temporary table, so that no WAL is cut: its file cannot grow past the limit, as on a full disk. Only
  // the user of a process may limit it.
  auto const fill = [&server](AsyncConnection& connection) {
    std::string const limit =
        fmt::format("prlimit --pid {} --fsize=100000:unlimited", connection.backend_pid());
    std::string const user =
        fmt::format("runuser -u $(stat -c %U {}) -- ", (server->directory() / "data").string());
    ASSERT_EQ(std::system(((::geteuid() == 0 ? user : "") + limit).c_str()), 0);
  };
  auto work = [&](ConnectionParameters to) -> Task<Result<Rows>> {
    CO_TRY(auto connection, co_await AsyncConnection::connect(std::move(to), 10s));
    CO_TRY_VOID(co_await connection->query("CREATE TEMP TABLE growing (t text)", {}, 10s));
    fill(*connection);
    co_return co_await connection->query(
        "INSERT INTO growing SELECT repeat('x', 1000) FROM generate_series(1, 500)", {}, 30s);
  };
  auto const begun = std::chrono::steady_clock::now();
  expect(tell(run_to_end(work(server->parameters())), begun), "53", "53100");
}

TEST(Failures, TooManyConnections) {
  auto const server =
      PostgresServer::start({"max_connections=3", "superuser_reserved_connections=0", "max_wal_senders=0"});
  auto work = [](ConnectionParameters to) -> Task<Result<Rows>> {
    std::vector<ConnectionPointer> held;
    while (held.size() < 10) {
      CO_TRY(auto connection, co_await AsyncConnection::connect(to, 10s));
      held.push_back(std::move(connection));
    }
    co_return Rows();
  };
  auto const begun = std::chrono::steady_clock::now();
  expect(tell(run_to_end(work(server->parameters())), begun), "53", "53300");
}

TEST(Failures, ServerThatShutsDown) {
  auto const server = PostgresServer::start();
  expect(ask_after(
             server->parameters(),
             [&](AsyncConnection& connection) {
               test::run_sql(server->parameters(), "SELECT pg_terminate_backend(" +
                                                       std::to_string(connection.backend_pid()) + ", 5000)");
             },
             10s),
         "57", "57P01");
}

TEST(Failures, CausesAreTakenFromTheText) {
  EXPECT_EQ(transport_cause("connection to server at \"x\", port 1 failed: Connection refused"), "refused");
  EXPECT_EQ(transport_cause("SSL error: certificate verify failed"), "tls");
  EXPECT_EQ(transport_cause("SSL connection has been closed unexpectedly"), "lost");
  EXPECT_EQ(transport_cause("server closed the connection unexpectedly"), "lost");
  EXPECT_EQ(transport_cause("something else"), "other");
}

}  // namespace
}  // namespace pgdrill::postgres
