// The heartbeat through a real PgBouncer in transaction mode, as CNPG's Pooler runs it.
#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/files.hpp"
#include "harness/net/socket.hpp"
#include "tests/unit/probes/fake_namespace.hpp"

namespace pgdrill::probes {
namespace {

using namespace std::chrono_literals;
using test::FakeRun;
using test::PostgresServer;

constexpr char const* program = "/usr/sbin/pgbouncer";

class Pooler {
 public:
  explicit Pooler(PostgresServer const& server) {
    auto const directory = server.directory() / "pooler";
    std::filesystem::create_directory(directory);
    std::filesystem::permissions(directory, std::filesystem::perms::all);
    port_ = static_cast<std::uint16_t>(20'000 + ::getpid() % 20'000);
    auto const settings = directory / "pgbouncer.ini";
    auto const data = server.directory() / "data";
    EXPECT_TRUE(write_file_atomically(
        settings,
        fmt::format(
            "[databases]\n* = host=127.0.0.1 port={} user=postgres\n[pgbouncer]\nlisten_addr=127.0.0.1\n"
            "listen_port={}\nunix_socket_dir=\nauth_type=any\npool_mode=transaction\n"
            "client_tls_sslmode=require\nclient_tls_key_file={}\nclient_tls_cert_file={}\n",
            server.parameters().port, port_, (data / "server.key").string(),
            (data / "server.crt").string())));
    std::filesystem::permissions(settings, std::filesystem::perms::all);
    std::string const log = directory / "log";
    child_ = ::fork();
    if (child_ != 0) return;
    int const out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
    ::dup2(out, 1);
    ::dup2(out, 2);
    passwd const* const user = ::getpwnam("postgres");
    bool const leave_root = ::geteuid() == 0 && user != nullptr;
    if (leave_root && (::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0)) ::_exit(126);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::execl(program, program, settings.c_str(), nullptr);
    ::_exit(127);
  }
  ~Pooler() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }
  Pooler(Pooler const&) = delete;
  Pooler& operator=(Pooler const&) = delete;

  postgres::ConnectionParameters through(postgres::ConnectionParameters database) const {
    database.port = port_;
    return database;
  }
  /// False when it does not listen within some seconds.
  bool answers() const {
    auto const limit = std::chrono::steady_clock::now() + 10s;
    auto connect = [](std::uint16_t port) -> Task<bool> {
      co_return (co_await net::connect_tcp("127.0.0.1", port, 1s)).has_value();
    };
    while (std::chrono::steady_clock::now() < limit) {
      if (run_to_end(connect(port_))) return true;
      std::this_thread::sleep_for(20ms);
    }
    return false;
  }

 private:
  std::uint16_t port_ = 0;
  pid_t child_ = -1;
};

std::vector<json::object> samples(FakeRun const& run, std::string_view call_class, std::string_view status) {
  auto all = run.events("sample");
  std::erase_if(all, [&](json::object const& sample) {
    return sample.at("class").as_string() != call_class || sample.at("status").as_string() != status;
  });
  return all;
}

TEST(HeartbeatThroughAPooler, AllClassesAreRightAndAnOutageBehindItIsSeen) {
  if (::access(program, X_OK) != 0) GTEST_SKIP() << program << " is not installed (package pgbouncer)";
  auto const server = PostgresServer::start();
  Pooler const pooler(*server);
  ASSERT_TRUE(pooler.answers()) << read_file(server->directory() / "pooler" / "log").value_or("");
  FakeRun run(pooler.through(server->parameters()));
  bool killed = false;
  auto const done = [&] {
    if (!killed) {
      bool right = true;
      for (auto const* one : {"connect", "read-open", "write", "read"})
        right = right && samples(run, one, "right").size() > 3;
      if (right) server->kill();
      killed = right;
      return false;
    }
    for (auto const* one : {"connect", "read-open", "write", "read"})
      if (samples(run, one, "failed").empty()) return false;
    return true;
  };
  auto const spec =
      test::probe_spec("heartbeat", {{"classes", json::array{"connect", "read-open", "write", "read"}},
                                     {"every", "20ms"},
                                     {"connect_every", "50ms"},
                                     {"timeout", "500ms"}});
  run_to_end(test::run_probe_until(run, spec, done));
  EXPECT_TRUE(killed) << "no class was right through the pooler";
  EXPECT_TRUE(samples(run, "read", "wrong").empty());
  for (auto const& sample : samples(run, "write", "failed")) {
    // The pooler holds the client and says 08P01 for a server it lost, or says nothing: then the deadline
    // ends it.
    EXPECT_THAT(get_string(json::value(sample), "error.class"),
                testing::AnyOf("08", "timeout", "transport", "57"));
  }
}

}  // namespace
}  // namespace pgdrill::probes
