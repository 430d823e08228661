#include "harness/steps/restored_end.hpp"

#include <fmt/format.h>

#include "harness/base/text.hpp"

namespace pgdrill::steps {

namespace {

/// A line of a history file is the parent timeline, the LSN at which it was left, and why, with tabs between.
std::string end_sql(WalPlace const& target) {
  return fmt::format(
      "SELECT line[2], pg_wal_lsn_diff(line[2]::pg_lsn, {}::pg_lsn), line[3] FROM (SELECT "
      "regexp_split_to_array(l, '\\t') AS line FROM regexp_split_to_table(pg_read_file('pg_wal/' || "
      "substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) || '.history'), '\\n') AS l) AS history "
      "WHERE line[1] = '{}'",
      postgres::quote_literal(target.lsn), target.timeline);
}

}  // namespace

Task<> note_restored_end(engine::RunContext& context, std::string cluster, WalPlace target, Duration limit) {
  if (target.lsn.empty()) co_return;
  Result<std::string> const answer =
      co_await context.databases.superuser(cluster, context.target.database, end_sql(target), limit);
  if (!answer) co_return;
  std::vector<std::string> const fields = split(trim(*answer), '|');
  if (fields.size() < 3) co_return;
  context.fact("restored-end", {{"cluster", cluster},
                                {"timeline", target.timeline},
                                {"ends_at", fields[0]},
                                {"why", fields[2]},
                                {"target_lsn", target.lsn},
                                {"bytes_after_target", std::strtoll(fields[1].c_str(), nullptr, 10)}});
}

}  // namespace pgdrill::steps
