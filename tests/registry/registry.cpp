#include "tests/registry/registry.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "harness/base/files.hpp"

namespace pgdrill::migrations {

namespace {

std::string last_lines(std::string const& text) {
  constexpr std::size_t shown = 400;
  return text.size() <= shown ? text : text.substr(text.size() - shown);
}

}  // namespace

Installed install(std::string const& name, std::string const& script) {
  char const* const cache = std::getenv("PGDRILL_TEST_REGISTRY");
  if (cache == nullptr)
    return {{}, "set PGDRILL_TEST_REGISTRY to a folder in which published tools may be installed"};
  Installed result{std::filesystem::absolute(cache) / name, ""};
  if (std::filesystem::exists(result.folder / "installed")) return result;
  std::filesystem::create_directories(result.folder);
  try {
    auto const done =
        test::run({"bash", "-c",
                   fmt::format("cd '{}' && {{ {}\n}} && touch installed", result.folder.string(), script)});
    if (done.exit_code != 0)
      result.missing = name + " cannot be installed: " + last_lines(done.err + done.out);
  } catch (std::exception const& problem) {
    result.missing = name + " cannot be installed: " + problem.what();
  }
  return result;
}

void Stage::write(std::string const& path, std::string const& content) const {
  std::filesystem::create_directories((files.path() / path).parent_path());
  EXPECT_TRUE(write_file_atomically(files.path() / path, content));
}

std::string Stage::url() const {
  return fmt::format("postgresql://{}@{}:{}/{}?sslmode=disable", database.user,
                     database.host_address.empty() ? database.host : database.host_address, database.port,
                     database.database);
}

std::string Stage::run(std::string const& script, int expected_exit_code) const {
  auto const done = test::run(
      {"bash", "-c",
       fmt::format(
           "cd '{}' && export DATABASE_URL='{}' HOST='{}' PORT={} NAME='{}' DBUSER='{}' PGPASSWORD='{}'\n{}",
           files.path().string(), url(),
           database.host_address.empty() ? database.host : database.host_address, database.port,
           database.database, database.user, database.password, script)});
  EXPECT_EQ(done.exit_code, expected_exit_code) << done.out << done.err;
  return done.out + done.err;
}

Audit Stage::audited() const {
  auto result = run_to_end(audit(database, {.folders = {{"", files.path()}}}));
  EXPECT_TRUE(result) << ::pgdrill::describe(result.error());
  return result.value_or(Audit{});
}

Audit Stage::audited_after_kill(std::string const& command) const {
  std::string const sleeping = "FROM pg_stat_activity WHERE wait_event = 'PgSleep'\"";
  run(fmt::format(
      "exec {} > client.log 2>&1 & while [ \"$(psql -Atq \"$DATABASE_URL\" -c \"SELECT count(*) {})\" "
      "!= 1 ]; do kill -0 $! || {{ cat client.log; exit 1; }}; done; kill -9 $!; wait $! || true",
      command, sleeping));
  Audit killed = audited();
  run("psql -q \"$DATABASE_URL\" -c \"SELECT pg_terminate_backend(pid) " + sleeping);
  return killed;
}

AuditedHistory const& the_history(Audit const& audit, std::string const& tool) {
  static AuditedHistory const none;
  EXPECT_EQ(audit.histories.size(), 1U) << audit_text(audit);
  if (audit.histories.empty()) return none;
  EXPECT_EQ(audit.histories[0].found.history.tool, tool) << audit_text(audit);
  return audit.histories[0];
}

}  // namespace pgdrill::migrations
