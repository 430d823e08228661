// sqitch: a schema with `changes` (what is deployed) and `events` (a log, with failures).
// https://sqitch.org/docs/manual/sqitch-plan/ and lib/App/Sqitch/Engine/pg.sql
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <pqxx/pqxx>

#include "harness/migrations/history/sqitch_plan.hpp"
#include "harness/migrations/history/tool.hpp"

namespace pgdrill::migrations {

namespace {

Signature const events_signature{{{"event", "text"},
                                  {"change_id", "text"},
                                  {"change", "text"},
                                  {"project", "text"},
                                  {"note", "text"},
                                  {"committed_at", "time"}}};

RunState state_of(std::string_view event) {
  if (event == "revert") return RunState::reverted;
  return event == "fail" ? RunState::failed : RunState::applied;
}

/// Reworked changes have one name and several ids: the second of a name is "name#2".
std::string numbered(std::string const& name, int occurrence) {
  return occurrence < 2 ? name : fmt::format("{}#{}", name, occurrence);
}

Result<std::map<std::string, Run>> read_changes(pqxx::transaction_base& transaction, Table const& table) {
  std::map<std::string, Run> changes;
  std::map<std::string, int> occurrences;
  for (auto const& row : transaction.exec(
           fmt::format("SELECT change_id, change, script_hash FROM {} ORDER BY planned_at, committed_at",
                       table.quoted()))) {
    std::string const name = row[1].c_str();
    changes[row[0].c_str()] = {
        .version = numbered(name, ++occurrences[name]), .name = name, .checksum = row[2].c_str()};
  }
  return changes;
}

Result<History> read(pqxx::transaction_base& transaction, Table const& table,
                     std::vector<Table> const& tables) {
  History history;
  TRY(auto const changes, read_changes(transaction, table));
  Table const* const events = find_table(tables, table.schema, events_signature);
  if (events == nullptr || !events->readable) {
    for (auto const& [id, run] : changes) history.runs.push_back(run);
    return history;
  }
  for (auto const& row : transaction.exec(fmt::format("SELECT event, change_id, change, date_trunc('second', "
                                                      "committed_at), note FROM {} WHERE event <> 'merge' "
                                                      "ORDER BY committed_at",
                                                      events->quoted()))) {
    auto const deployed = changes.find(row[1].c_str());
    Run run =
        deployed == changes.end() ? Run{.version = row[2].c_str(), .name = row[2].c_str()} : deployed->second;
    run.state = state_of(row[0].c_str());
    run.at = row[3].c_str();
    if (run.state == RunState::failed) run.detail = row[4].c_str();
    history.runs.push_back(std::move(run));
  }
  if (!history.runs.empty() && history.runs.back().state == RunState::failed) {
    history.findings.push_back(
        {.severity = Severity::problem,
         .kind = "dirty-history",
         .object = "change " + history.runs.back().name,
         .message = "the last deploy failed; sqitch reverts what the deploy had done before by default "
                    "(--mode all), "
                    "and the part of the failed script that ran outside a transaction stays",
         .finish = {{}, "mend the script, then: sqitch deploy"},
         .undo = {{}, "take back by hand what the failed script did; sqitch has no record of it"}});
  }
  return history;
}

std::vector<std::string> lock_keys(std::string_view, Table const&) { return {advisory_key(75474063)}; }

Tool describe() {
  return {.name = "sqitch",
          .title = "Sqitch",
          .signatures = {{{{"change_id", "text"},
                           {"script_hash", "text"},
                           {"change", "text"},
                           {"project", "text"},
                           {"note", "text"},
                           {"committed_at", "time"},
                           {"planned_at", "time"}}}},
          .beside = {events_signature,
                     {{{"project", "text"}, {"uri", "text"}, {"creator_name", "text"}}},
                     {{{"version", "float4"}, {"installer_name", "text"}}},
                     {{{"tag_id", "text"}, {"tag", "text"}, {"change_id", "text"}}},
                     {{{"change_id", "text"}, {"dependency", "text"}, {"dependency_id", "text"}}}},
          .order = Order::graph,
          .read = &read,
          .files = &sqitch_changes,
          .lock_keys = &lock_keys};
}

RegisterTool const registered(&describe);

}  // namespace

}  // namespace pgdrill::migrations
