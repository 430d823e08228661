#include "harness/migrations/history/sqitch_plan.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/text.hpp"

namespace pgdrill::migrations {

namespace {

/// The name of the change that a line adds; empty for pragmas, tags, comments and blank lines.
std::string_view change_name(std::string_view line) {
  line = trim(line);
  if (line.empty() || line.front() == '#' || line.front() == '%' || line.front() == '@') return {};
  if (line.front() == '+') line = trim(line.substr(1));
  if (line.empty() || line.front() == '-') return {};
  return line.substr(0, std::min(line.find_first_of(" \t"), line.size()));
}

std::string script_hash(std::vector<SourceFile> const& sources, std::string_view folder,
                        std::string_view change) {
  std::string const path =
      folder.empty() ? fmt::format("deploy/{}.sql", change) : fmt::format("{}/deploy/{}.sql", folder, change);
  auto const script = std::ranges::find(sources, path, &SourceFile::path);
  return script == sources.end() ? std::string() : digest_hex("sha1", script->content);
}

void read_plan(SourceFile const& plan, std::vector<SourceFile> const& sources,
               std::vector<MigrationFile>& into) {
  std::map<std::string, int> occurrences;
  std::size_t const first = into.size();
  for (std::string const& line : split(plan.content, '\n')) {
    std::string const name(change_name(line));
    if (name.empty()) continue;
    int const occurrence = ++occurrences[name];
    into.push_back({.version = occurrence == 1 ? name : fmt::format("{}#{}", name, occurrence),
                    .name = name,
                    .path = plan.path,
                    .checksum = script_hash(sources, plan.folder(), name)});
  }
  // deploy/<name>.sql is the script of the last occurrence alone.
  std::map<std::string, int> seen;
  for (std::size_t i = first; i < into.size(); ++i) {
    if (++seen[into[i].name] < occurrences[into[i].name]) into[i].checksum.clear();
  }
}

}  // namespace

std::vector<MigrationFile> sqitch_changes(std::vector<SourceFile> const& sources) {
  std::vector<MigrationFile> found;
  for (SourceFile const& source : sources) {
    if (source.file_name() == "sqitch.plan") read_plan(source, sources, found);
  }
  return found;
}

}  // namespace pgdrill::migrations
