// Migration tools as they are published: installed by the registry's own client into a folder that is kept,
// run on a real server, and audited. Opt-in: PGDRILL_TEST_REGISTRY names that folder.
#pragma once
#include <gmock/gmock.h>

#include <filesystem>
#include <string>
#include <vector>

#include "harness/migrations/audit/audit.hpp"
#include "tests/support/command.hpp"
#include "tests/support/postgres_server.hpp"

namespace pgdrill::migrations {

/// A tool that can be run, or the reason why not.
struct Installed {
  std::filesystem::path folder;
  std::string missing;  ///< empty when it is there
};

/// Runs `script` (bash, in the tool's folder) once per cache; its exit code decides.
[[nodiscard]] Installed install(std::string const& name, std::string const& script);

/// A database and a folder for files of one test.
struct Stage {
  postgres::ConnectionParameters database = test::PostgresServer::shared().fresh_database();
  test::TemporaryDirectory files = {};

  void write(std::string const& path, std::string const& content) const;
  /// "postgresql://postgres@127.0.0.1:PORT/NAME?sslmode=disable"
  [[nodiscard]] std::string url() const;
  /// Runs bash with DATABASE_URL, HOST, PORT and NAME set, in the folder of the files; returns its output.
  std::string run(std::string const& script, int expected_exit_code = 0) const;
  [[nodiscard]] Audit audited() const;
  /// Runs `command` (one program), kills it once a statement of it calls pg_sleep, audits, and then ends what
  /// still sleeps in the server.
  [[nodiscard]] Audit audited_after_kill(std::string const& command) const;
};

/// The only history of an audit; fails the test when it is another tool's.
AuditedHistory const& the_history(Audit const& audit, std::string const& tool);

}  // namespace pgdrill::migrations

/// In a test: skips it with the reason when the tool cannot be had.
#define SKIP_WITHOUT(installed) \
  if (!(installed).missing.empty()) GTEST_SKIP() << (installed).missing
