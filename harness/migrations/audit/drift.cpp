#include "harness/migrations/audit/drift.hpp"

#include <algorithm>
#include <set>

namespace pgdrill::migrations {

RunFiles split_sources(Tool const& tool, std::vector<SourceFile> const& sources,
                       std::vector<MigrationFile> const& pending) {
  RunFiles result{.tool = tool.name};
  std::set<std::string> not_run;
  for (MigrationFile const& file : pending) not_run.insert(file.path);
  for (SourceFile const& source : sources)
    (not_run.contains(source.path) ? result.pending : result.applied).push_back(source);
  return result;
}

bool written_in_sql(RunFiles const& files) {
  // Its order is that of a plan, and its folders hold scripts of three kinds.
  if (files.tool == "sqitch") return false;
  std::size_t sql = 0;
  std::size_t code = 0;
  for (SourceFile const& file : files.applied) {
    std::string_view const name = file.file_name();
    if (name.ends_with(".sql")) ++sql;
    for (std::string_view const end : {".py", ".rb", ".js", ".ts", ".go", ".cs", ".xml", ".yaml", ".yml"}) {
      if (name.ends_with(end)) ++code;
    }
  }
  return sql > code;
}

}  // namespace pgdrill::migrations
