#include "tests/support/postgres_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <thread>

#include "tests/support/self_signed.hpp"

namespace pgdrill::test {

namespace {

/// Of the server that PGDRILL_TEST_POSTGRES names by its bin directory, or of the oldest one installed.
std::string program(std::string const& name) {
  if (char const* const chosen = std::getenv("PGDRILL_TEST_POSTGRES"); chosen != nullptr)
    return std::filesystem::path(chosen) / name;
  for (auto const version : {"15", "16", "17", "18"}) {
    std::string const path = fmt::format("/usr/lib/postgresql/{}/bin/{}", version, name);
    if (std::filesystem::exists(path)) return path;
  }
  return name;
}

[[noreturn]] void give_up(std::string const& why, std::filesystem::path const& log) {
  std::ifstream file(log);
  std::string const text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::cerr << "test server: " << why << '\n' << text << '\n';
  std::abort();
}

std::uint16_t free_port() {
  int const probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(probe, generic, length) != 0 || ::getsockname(probe, generic, &length) != 0) std::abort();
  ::close(probe);
  return ntohs(address.sin_port);
}

/// Children of a killed postmaster hold its listening socket a moment longer than it does itself.
void wait_until_refused(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  auto const limit = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  for (bool refused = false; !refused && std::chrono::steady_clock::now() < limit;) {
    int const probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    refused =
        ::connect(probe, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 && errno == ECONNREFUSED;
    ::close(probe);
    if (!refused) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

/// PostgreSQL refuses to run as root.
passwd const* unprivileged() {
  if (::geteuid() != 0) return nullptr;
  passwd const* user = ::getpwnam("postgres");
  return user != nullptr ? user : ::getpwnam("nobody");
}

pid_t start_process(std::vector<std::string> const& command, std::filesystem::path const& log) {
  passwd const* const user = unprivileged();
  std::vector<char*> arguments;
  for (auto const& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  pid_t const child = ::fork();
  if (child != 0) return child;
  ::setpgid(0, 0);
  int const out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  ::dup2(out, 1);
  ::dup2(out, 2);
  if (user != nullptr && (::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0)) ::_exit(126);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test program that is killed leaves no server behind
  ::execvp(arguments[0], arguments.data());
  ::_exit(127);
}

/// Lets the kernel remove the server's System V segment with the last process that holds it. A killed server
/// cannot do so itself, and a machine has room for 4096 of them (kernel.shmmni): then no server starts any
/// more. Line 7 of postmaster.pid holds key and id:
/// https://github.com/postgres/postgres/blob/REL_15_STABLE/src/include/utils/pidfile.h
void let_go_of_shared_memory(std::filesystem::path const& data) {
  std::ifstream file(data / "postmaster.pid");
  std::string line;
  for (int number = 0; number < 6; ++number) std::getline(file, line);
  unsigned long key = 0;
  int id = -1;
  if (file >> key >> id) ::shmctl(id, IPC_RMID, nullptr);
}

struct Finish {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct Clear {
  void operator()(PGresult* result) const { PQclear(result); }
};

std::unique_ptr<PGresult, Clear> execute(postgres::ConnectionParameters const& parameters,
                                         std::string const& sql) {
  std::unique_ptr<PGconn, Finish> const connection(
      PQconnectdb(parameters.conninfo(std::chrono::seconds(10)).c_str()));
  PQsetNoticeProcessor(connection.get(), [](void*, char const*) {}, nullptr);
  return std::unique_ptr<PGresult, Clear>(PQexec(connection.get(), sql.c_str()));
}

bool succeeded(PGresult const* result) {
  auto const status = PQresultStatus(result);
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

void give_away(std::filesystem::path const& path) {
  passwd const* const user = unprivileged();
  if (user != nullptr && ::chown(path.c_str(), user->pw_uid, user->pw_gid) != 0) std::abort();
}

std::filesystem::path make_directory(std::string const& prefix) {
  std::string pattern = (std::filesystem::temp_directory_path() / (prefix + "XXXXXX")).string();
  if (::mkdtemp(pattern.data()) == nullptr) std::abort();
  give_away(pattern);
  return pattern;
}

void run_to_success(std::vector<std::string> const& command, std::filesystem::path const& log) {
  int status = 0;
  ::waitpid(start_process(command, log), &status, 0);
  if (status != 0) give_up(command.front() + " failed", log);
}

/// What initdb makes, made once for all test programs: it takes a second or two, and hundreds of tests start
/// a server of their own. One folder for each server version and user.
std::filesystem::path data_template(std::filesystem::path const& log) {
  std::string const initdb = program("initdb");
  auto const kept =
      std::filesystem::temp_directory_path() /
      fmt::format("pgdrill-test-template-{}-{:x}", ::geteuid(), std::hash<std::string>{}(initdb));
  if (std::filesystem::exists(kept / "PG_VERSION")) return kept;
  auto const made = make_directory("pgdrill-test-initdb-");
  run_to_success({initdb, "-D", made / "data", "-U", "postgres", "-A", "trust", "--no-sync",
                  "--data-checksums", "--locale=C.UTF-8", "-E", "UTF8"},
                 log);
  // Of two programs that make it at once one finds it there: a rename is all or nothing.
  std::error_code ignored;
  std::filesystem::rename(made / "data", kept, ignored);
  std::filesystem::remove_all(made, ignored);
  return kept;
}

void copy_template(std::filesystem::path const& data, std::filesystem::path const& log) {
  run_to_success({"cp", "-a", data_template(log), data}, log);
}

}  // namespace

std::unique_ptr<PostgresServer> PostgresServer::start(std::vector<std::string> settings) {
  std::unique_ptr<PostgresServer> server(new PostgresServer);
  server->settings_ = std::move(settings);
  server->initialise();
  server->launch();
  return server;
}

std::unique_ptr<PostgresServer> PostgresServer::start_standby(PostgresServer const& primary,
                                                              std::vector<std::string> settings) {
  std::unique_ptr<PostgresServer> server(new PostgresServer);
  server->settings_ = std::move(settings);
  server->directory_ = make_directory("pgdrill-test-");
  run_to_success({program("pg_basebackup"), "-d", primary.parameters().conninfo(std::chrono::seconds(10)),
                  "-D", server->directory_ / "data", "-X", "stream", "-c", "fast", "-R", "--no-sync"},
                 server->directory_ / "log");
  server->launch();
  return server;
}

void PostgresServer::run_program(std::string const& name, std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), program(name));
  run_to_success(arguments, directory_ / "log");
}

void PostgresServer::promote() const { EXPECT_EQ(query_value(parameters(), "SELECT pg_promote()"), "t"); }

PostgresServer& PostgresServer::shared() {
  static std::unique_ptr<PostgresServer> const server = start();
  return *server;
}

void PostgresServer::initialise() {
  directory_ = make_directory("pgdrill-test-");
  auto const data = directory_ / "data";
  copy_template(data, directory_ / "log");
  write_self_signed(data);
  for (auto const* name : {"server.key", "server.crt"}) give_away(data / name);
}

void PostgresServer::launch() {
  if (port_ == 0) port_ = free_port();
  auto const log = directory_ / "log";
  std::vector<std::string> command = {program("postgres"),
                                      "-D",
                                      directory_ / "data",
                                      "-p",
                                      std::to_string(port_),
                                      "-c",
                                      "listen_addresses=127.0.0.1",
                                      "-c",
                                      fmt::format("unix_socket_directories={}", directory_.string()),
                                      "-c",
                                      "fsync=off",
                                      "-c",
                                      "max_prepared_transactions=8",
                                      "-c",
                                      "ssl=on",
                                      "-c",  // what a killed server leaves goes with its directory
                                      "dynamic_shared_memory_type=mmap",
                                      "-c",
                                      "shared_buffers=16MB",
                                      "-c",
                                      "max_connections=50"};
  for (auto const& setting : settings_) command.insert(command.end(), {"-c", setting});
  postmaster_ = start_process(command, log);
  std::string const conninfo = parameters().conninfo(std::chrono::seconds(5));
  auto const limit = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (PQping(conninfo.c_str()) != PQPING_OK) {
    int status = 0;
    bool const ended = ::waitpid(postmaster_, &status, WNOHANG) == postmaster_;
    if (ended || std::chrono::steady_clock::now() > limit) give_up("the server did not start", log);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  let_go_of_shared_memory(directory_ / "data");
}

PostgresServer::~PostgresServer() {
  kill();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

void PostgresServer::kill() {
  if (postmaster_ < 0) return;
  let_go_of_shared_memory(directory_ / "data");  // a new one, if it restarted after a backend's crash
  signal_all(SIGKILL);
  int status = 0;
  ::waitpid(postmaster_, &status, 0);
  postmaster_ = -1;
  wait_until_refused(port_);
}

void PostgresServer::signal_all(int number) const {
  // Each child of the postmaster leads a process group of its own.
  std::string const children = fmt::format("/proc/{0}/task/{0}/children", postmaster_);
  ::kill(postmaster_, number == SIGKILL ? SIGSTOP : number);  // no new children while we go through the list
  std::ifstream list(children);
  pid_t child = 0;
  while (list >> child) ::kill(child, number);
  ::kill(postmaster_, number);
}

postgres::ConnectionParameters PostgresServer::parameters(std::string database) const {
  postgres::ConnectionParameters result;
  result.host = "localhost";
  result.host_address = "127.0.0.1";
  result.port = port_;
  result.user = "postgres";
  result.database = std::move(database);
  result.ssl_mode = "disable";
  result.application_name = "pgdrill-test";
  return result;
}

postgres::ConnectionParameters PostgresServer::fresh_database(std::string const& sql) {
  std::string const name = fmt::format("t{}", ++databases_);
  run_sql(parameters(), "CREATE DATABASE " + name);
  auto result = parameters(name);
  if (!sql.empty()) run_sql(result, sql);
  return result;
}

void run_sql(postgres::ConnectionParameters const& parameters, std::string const& sql) {
  auto const result = execute(parameters, sql);
  if (!succeeded(result.get())) ADD_FAILURE() << PQresultErrorMessage(result.get()) << "in: " << sql;
}

std::string query_value(postgres::ConnectionParameters const& parameters, std::string const& sql) {
  auto const result = execute(parameters, sql);
  if (!succeeded(result.get()) || PQntuples(result.get()) == 0) {
    ADD_FAILURE() << PQresultErrorMessage(result.get()) << "in: " << sql;
    return {};
  }
  return PQgetvalue(result.get(), 0, 0);
}

}  // namespace pgdrill::test

#if __has_feature(address_sanitizer)
// libpqxx 6.4 drops a PGresult when a connection is lost in the middle of a statement.
extern "C" char const* __lsan_default_suppressions();
extern "C" char const* __lsan_default_suppressions() { return "leak:libpqxx-6.4.so\n"; }
#endif
