// What the tests of the migration tools share: a history made by SQL, read back, and held against files.
#pragma once
#include <gmock/gmock.h>

#include "harness/migrations/history/compare.hpp"
#include "harness/migrations/history/find_histories.hpp"
#include "tests/support/postgres_server.hpp"

namespace pgdrill::migrations {

/// All histories of a fresh database in which `sql` was run.
Histories histories_after(std::string const& sql);
/// The only history of such a database; fails the test when there is none or another tool's.
FoundHistory history_after(std::string const& tool, std::string const& sql);
/// Files by path and content, as read_sources gives them.
std::vector<SourceFile> sources(std::vector<std::pair<std::string, std::string>> const& files);
/// Compares with the tool's own view of the files; changes found.history as the audit does.
Comparison compare_with(FoundHistory& found, std::vector<SourceFile> const& files);
std::vector<std::string> pending_versions(Comparison const& comparison);
/// "severity kind object" of each.
std::vector<std::string> said(std::vector<Finding> const& findings);
std::vector<std::string> versions(History const& history);
/// "" for null.
std::string version_of(Run const* run);
/// Runs all statements of a remedy, each on its own; fails the test when one is refused.
void carry_out(postgres::ConnectionParameters const& database, Remedy const& remedy);

}  // namespace pgdrill::migrations
