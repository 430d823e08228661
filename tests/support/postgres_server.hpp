// A real PostgreSQL server for tests, in a temporary directory, as an unprivileged user.
#pragma once
#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "harness/postgres/connection.hpp"

namespace pgdrill::test {

class PostgresServer {
 public:
  /// Makes a data directory and starts a server on a free port of loopback. Aborts the test program with the
  /// server's log when that fails.
  /// @param settings further ones: "max_connections=5"
  [[nodiscard]] static std::unique_ptr<PostgresServer> start(std::vector<std::string> settings = {});
  /// A standby that follows another server, made from its base backup; promote() makes it a primary.
  /// @param settings further ones, of the standby alone
  [[nodiscard]] static std::unique_ptr<PostgresServer> start_standby(PostgresServer const& primary,
                                                                     std::vector<std::string> settings = {});
  /// One server for all tests of the program; killed at its end.
  [[nodiscard]] static PostgresServer& shared();
  ~PostgresServer();  ///< kills it at once and removes its files
  PostgresServer(PostgresServer const&) = delete;
  PostgresServer& operator=(PostgresServer const&) = delete;

  /// The superuser's way to a database of the server.
  [[nodiscard]] postgres::ConnectionParameters parameters(std::string database = "postgres") const;
  /// Makes a database that no other test uses, and runs SQL in it (may be empty).
  [[nodiscard]] postgres::ConnectionParameters fresh_database(std::string const& sql = "");
  [[nodiscard]] std::filesystem::path const& directory() const { return directory_; }
  /// Runs a program of PostgreSQL's own ("pg_dump") to its end, as the server's user. Aborts the test program
  /// with the server's log, where its output goes, when that fails.
  void run_program(std::string const& name, std::vector<std::string> arguments) const;
  [[nodiscard]] pid_t postmaster() const { return postmaster_; }
  /// Ends recovery; back when the server takes writes, on a timeline of its own.
  void promote() const;
  /// Signals the postmaster and every process below it, as a frozen machine would.
  void signal_all(int number) const;
  /// Kills the server as a power cut would.
  void kill();
  /// Starts it again, on the same port, after kill(); back when it answers.
  void launch();

 private:
  PostgresServer() = default;
  void initialise();

  std::filesystem::path directory_;
  std::vector<std::string> settings_;
  std::uint16_t port_ = 0;
  pid_t postmaster_ = -1;
  int databases_ = 0;
};

/// Runs SQL (one statement or several) and fails the test when the server refuses it.
void run_sql(postgres::ConnectionParameters const& parameters, std::string const& sql);
/// The single value of a query, as text.
[[nodiscard]] std::string query_value(postgres::ConnectionParameters const& parameters,
                                      std::string const& sql);

}  // namespace pgdrill::test
