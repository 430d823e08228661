// Rewrites into phases, from a schema and a change of it: two pieces of SQL with a line "---" between them.
#include <algorithm>

#include "harness/migrations/rewrite/rewrite_files.hpp"
#include "tests/fuzz/fuzz_target.hpp"

FUZZ_TARGET(rewrite) {
  using namespace pgdrill;
  using namespace pgdrill::review;
  constexpr std::string_view separator = "\n---\n";
  std::size_t const cut = std::min(input.find(separator), input.size());
  SqlFile const setup = read_sql("setup.sql", std::string(input.substr(0, cut)));
  Options options;
  for (Section const& section : setup.sections) {
    for (Statement const& statement : section.statements) {
      if (!statement.parsed) continue;
      for (Action const& action : actions_of(*statement.parsed, statement.text))
        options.schema.apply(action, setup.text);
    }
  }
  options.schema.settle();
  std::vector<Name> names;
  for (Table const* const table : options.schema.tables()) names.push_back(table->name);
  for (Name const& name : names) options.schema.table(name)->rows = 1;  // as if a live catalogue had said so
  std::string const change(input.substr(std::min(cut + separator.size(), input.size())));
  std::vector<SqlFile> const files{read_sql("change.sql", change)};
  RewrittenFiles const rewritten = rewrite_files(files, options);
  fuzz::require(rewritten.files.size() % 2 == 0, "each file has its down");
  for (RenderedFile const& file : rewritten.files) fuzz::require(!file.content.empty(), "no file is empty");
  for (Error const& refusal : rewritten.refusals)
    fuzz::require(!refusal.why.empty() && !refusal.where.empty(), "a refusal says where and why");
}
