#include "tests/unit/migrations_history/histories.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pgdrill::migrations {

namespace {

Histories read(postgres::ConnectionParameters const& database) {
  Histories histories;
  std::function<Result<>(pqxx::transaction_base&)> work =
      [&histories](pqxx::transaction_base& transaction) -> Result<> {
    TRY(auto const tables, read_tables(transaction));
    TRY(histories, find_histories(transaction, tables));
    return {};
  };
  auto const done =
      run_to_end(postgres::in_transaction(database, std::chrono::seconds(20), false, std::move(work)));
  EXPECT_TRUE(done) << describe(done.error());
  return histories;
}

}  // namespace

Histories histories_after(std::string const& sql) {
  return read(test::PostgresServer::shared().fresh_database(sql));
}

FoundHistory history_after(std::string const& tool, std::string const& sql) {
  Histories histories = histories_after(sql);
  EXPECT_EQ(histories.found.size(), 1U);
  if (histories.found.empty()) return {.tool = find_tool(tool)};
  EXPECT_EQ(histories.found.front().tool->name, tool);
  return std::move(histories.found.front());
}

std::vector<SourceFile> sources(std::vector<std::pair<std::string, std::string>> const& files) {
  std::vector<SourceFile> result;
  for (auto const& [path, content] : files) result.push_back({path, content});
  std::ranges::sort(result, {}, &SourceFile::path);
  return result;
}

Comparison compare_with(FoundHistory& found, std::vector<SourceFile> const& files) {
  return compare(*found.tool, found.history, found.tool->files(files));
}

std::vector<std::string> pending_versions(Comparison const& comparison) {
  std::vector<std::string> result;
  for (MigrationFile const& file : comparison.pending) result.push_back(file.version);
  return result;
}

std::vector<std::string> said(std::vector<Finding> const& findings) {
  std::vector<std::string> result;
  for (Finding const& finding : findings)
    result.push_back(fmt::format("{} {} {}", name_of(finding.severity), finding.kind, finding.object));
  return result;
}

std::vector<std::string> versions(History const& history) {
  std::vector<std::string> result;
  for (Run const& run : history.runs) result.push_back(run.version);
  return result;
}

std::string version_of(Run const* run) { return run == nullptr ? std::string() : run->version; }

void carry_out(postgres::ConnectionParameters const& database, Remedy const& remedy) {
  EXPECT_FALSE(remedy.statements.empty());
  for (std::string const& statement : remedy.statements) test::run_sql(database, statement);
}

}  // namespace pgdrill::migrations
