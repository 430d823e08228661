// The heartbeat as a client that looks the Service's name up and checks the server's certificate.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sched.h>
#include <sys/mount.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include "harness/base/files.hpp"
#include "harness/net/certificate.hpp"
#include "tests/support/self_signed.hpp"
#include "tests/unit/probes/fake_namespace.hpp"

namespace pgdrill::probes {
namespace {

using test::FakeRun;
using test::PostgresServer;

void write(std::filesystem::path const& file, std::string const& text) {
  ASSERT_TRUE(write_file_atomically(file, text)) << file;
}

/// A server that shows the certificate in server.crt and server.key, as `make` has left them.
void restart_with(PostgresServer& server, std::function<void(std::filesystem::path const&)> const& make) {
  server.kill();
  auto const data = server.directory() / "data";
  make(data);
  std::string const ours = fmt::format(
      "chmod 600 {0}/server.key && chown --reference={0} {0}/server.key {0}/server.crt", data.string());
  ASSERT_EQ(std::system(ours.c_str()), 0);
  server.launch();
}

void show_certificate(PostgresServer& server, net::KeyPair const& authority, std::vector<std::string> names) {
  auto const pair = net::make_certificate(
      authority, {.common_name = names.front(), .organization = "", .dns_names = names, .ip_addresses = {}});
  ASSERT_TRUE(pair);
  restart_with(server, [&](std::filesystem::path const& data) {
    write(data / "server.crt", pair->certificate_pem);
    write(data / "server.key", pair->key_pem);
  });
}

/// "right", or class and code of the error, of the first connect.
std::string first_connect(FakeRun& run, json::object parameters) {
  parameters["classes"] = json::array{"connect"};
  parameters["connect_every"] = "20ms";
  parameters["timeout"] = "10s";
  auto const done = [&run] { return !run.events("sample").empty(); };
  run_to_end(test::run_probe_until(run, test::probe_spec("heartbeat", std::move(parameters)), done));
  auto const samples = run.events("sample");
  if (samples.empty()) return "no sample";
  json::value const sample = samples.front();
  std::string const status = get_string(sample, "status");
  if (status != "failed") return status;
  return get_string(sample, "error.class") + " " + get_string(sample, "error.code");
}

std::string first_connect(PostgresServer const& server, std::string const& authority,
                          std::string const& service, std::string const& tls) {
  FakeRun run(server.parameters());
  run.backend().authority = authority;
  return first_connect(run, {{"service", service}, {"tls", tls}});
}

TEST(HeartbeatWays, CertificatesAreCheckedAsFarAsItWasAsked) {
  auto const server = PostgresServer::start();
  auto const ours = net::make_authority("ours");
  auto const theirs = net::make_authority("theirs");
  ASSERT_TRUE(ours && theirs);
  show_certificate(*server, *ours, {"orders-rw"});
  struct Case {
    std::string tls;
    std::string authority;
    std::string service;
    std::string outcome;
  };
  for (auto const& one : std::vector<Case>{
           {"verify-full", ours->certificate_pem, "orders-rw", "right"},
           {"verify-full", ours->certificate_pem, "orders-db", "transport tls"},
           {"verify-ca", ours->certificate_pem, "orders-db", "right"},
           {"verify-full", theirs->certificate_pem, "orders-rw", "transport tls"},
           {"verify-ca", theirs->certificate_pem, "orders-rw", "transport tls"},
           {"require", theirs->certificate_pem, "orders-db", "right"},
       }) {
    EXPECT_EQ(first_connect(*server, one.authority, one.service, one.tls), one.outcome)
        << one.tls << " " << one.service;
  }
}

TEST(HeartbeatWays, ACertificateThatHasExpiredIsNotTrusted) {
  auto const server = PostgresServer::start();
  auto const show_until = [&server](long seconds) {
    restart_with(*server, [seconds](auto const& data) { test::write_self_signed(data, seconds); });
    return read_file(server->directory() / "data" / "server.crt").value_or("");
  };
  // Its only name is localhost.
  std::string const valid = show_until(3600);
  EXPECT_EQ(first_connect(*server, valid, "localhost", "verify-full"), "right");
  std::string const expired = show_until(-3600);
  EXPECT_EQ(first_connect(*server, expired, "localhost", "verify-full"), "transport tls");
  EXPECT_EQ(first_connect(*server, expired, "localhost", "verify-ca"), "transport tls");
  EXPECT_EQ(first_connect(*server, expired, "localhost", "require"), "right");
}

TEST(HeartbeatWays, AnAuthorityThatWasRenewedIsReadAgain) {
  auto const server = PostgresServer::start();
  auto const first = net::make_authority("first");
  auto const second = net::make_authority("second");
  ASSERT_TRUE(first && second);
  show_certificate(*server, *second, {"orders-rw"});
  FakeRun run(server->parameters());
  run.backend().authority = first->certificate_pem;
  auto const ended = [&run](std::string_view status) {
    auto const all = run.events("sample");
    return std::ranges::any_of(all, [&](auto const& one) { return get_string(one, "status") == status; });
  };
  auto const done = [&] {
    if (ended("failed")) run.backend().authority = second->certificate_pem;
    return ended("right");
  };
  run_to_end(test::run_probe_until(run,
                                   test::probe_spec("heartbeat", {{"classes", json::array{"connect"}},
                                                                  {"connect_every", "20ms"},
                                                                  {"service", "orders-rw"},
                                                                  {"tls", "verify-full"}}),
                                   done));
  EXPECT_TRUE(ended("failed"));
}

/// What getaddrinfo knows, for this thread and those that it starts: a file of hosts and no name server.
/// Mounts need root, and go with the thread.
class PrivateNames {
 public:
  PrivateNames() : directory_(make_temporary_directory("pgdrill-names").value()) {
    write(directory_ / "switch", "hosts: files\n");
    publish("");
    available_ = ::unshare(CLONE_NEWNS) == 0 &&
                 ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                 lay_over("switch", "/etc/nsswitch.conf") && lay_over("hosts", "/etc/hosts");
  }
  ~PrivateNames() { std::filesystem::remove_all(directory_); }
  PrivateNames(PrivateNames const&) = delete;
  PrivateNames& operator=(PrivateNames const&) = delete;
  [[nodiscard]] bool available() const { return available_; }
  /// Gives one name the loopback address; empty: no name has one. Written in place, as the mount is of the
  /// file.
  void publish(std::string const& name) {
    std::ofstream(directory_ / "hosts") << (name.empty() ? "" : "127.0.0.1 " + name + "\n");
  }

 private:
  bool lay_over(std::string const& file, char const* place) {
    return ::mount((directory_ / file).c_str(), place, nullptr, MS_BIND, nullptr) == 0;
  }
  std::filesystem::path directory_;
  bool available_ = false;
};

void in_a_thread(std::function<void()> const& work) { std::thread(work).join(); }

TEST(HeartbeatWays, ByTheServicesNameItNeedsNoForwardAndSeesTheNameGo) {
  bool available = true;
  in_a_thread([&available] {
    PrivateNames names;
    available = names.available();
    if (!available) return;
    auto const server = PostgresServer::start();
    auto const authority = net::make_authority("ours");
    ASSERT_TRUE(authority);
    show_certificate(*server, *authority, {"orders-rw.develop.svc"});
    names.publish("orders-rw.develop.svc");
    FakeRun run(server->parameters());
    run.backend().authority = authority->certificate_pem;
    run.backend().published_port = server->parameters().port;
    auto const ended = [&run](std::string_view call_class, std::string_view status) {
      auto const all = run.events("sample");
      return std::ranges::count_if(all, [&](auto const& one) {
        return get_string(one, "class") == call_class && get_string(one, "status") == status;
      });
    };
    auto const done = [&] {
      bool const right =
          ended("connect", "right") > 2 && ended("write", "right") > 2 && ended("read", "right") > 2;
      if (right) names.publish("");
      return right && ended("connect", "failed") > 0;
    };
    json::object const parameters{{"service", "orders-rw"},
                                  {"via", "service"},
                                  {"tls", "verify-full"},
                                  {"every", "20ms"},
                                  {"connect_every", "20ms"}};
    run_to_end(test::run_probe_until(run, test::probe_spec("heartbeat", parameters), done));
    EXPECT_EQ(run.backend().forwards, 0);
    for (json::value const& sample : run.events("sample")) {
      if (get_string(sample, "status") != "failed") continue;
      EXPECT_EQ(get_string(sample, "error.code"), "dns") << json::serialize(sample);
    }
  });
  if (!available) GTEST_SKIP() << "mounts need root";
}

TEST(HeartbeatWays, OutsideTheClusterItSaysWhyBeforeAnythingIsBroken) {
  bool available = true;
  in_a_thread([&available] {
    PrivateNames const names;
    available = names.available();
    if (!available) return;
    FakeRun run(PostgresServer::shared().parameters());
    auto const probe = engine::find_entry(engine::probes(), "heartbeat")->make();
    auto const spec =
        test::probe_spec("heartbeat", {{"via", "service"}, {"classes", json::array{"connect"}}});
    auto const prepared = run_to_end(probe->prepare(run.context(), spec));
    ASSERT_FALSE(prepared);
    EXPECT_EQ(prepared.error().kind, ErrorKind::usage);
    EXPECT_THAT(prepared.error().what, testing::HasSubstr("orders-db.develop.svc"));
    EXPECT_THAT(prepared.error().todo, testing::HasSubstr("deploy/job"));
  });
  if (!available) GTEST_SKIP() << "mounts need root";
}

}  // namespace
}  // namespace pgdrill::probes
