// Clients append unique numbers to a few lists and read them back: each read must continue the reads before
// it.
#include <fmt/format.h>

#include <limits>
#include <map>
#include <set>

#include "harness/base/text.hpp"
#include "probes/append_verdict.hpp"
#include "probes/drill_schema.hpp"
#include "probes/sampling.hpp"

namespace pgdrill::probes {

namespace {

constexpr char const* table =
    "CREATE TABLE IF NOT EXISTS pgdrill.lists (run text, probe text, key text, items text NOT NULL, PRIMARY "
    "KEY "
    "(run, probe, key))";
constexpr char const* append_sql =
    "INSERT INTO pgdrill.lists VALUES ($1, $2, $3, $4) ON CONFLICT (run, probe, key) DO UPDATE SET items = "
    "pgdrill.lists.items || ',' || excluded.items";
constexpr char const* read_sql =
    "SELECT (SELECT items FROM pgdrill.lists WHERE run = $1 AND probe = $2 AND key = $3), "
    "coalesce(nullif(current_setting('cluster_name'), ''), host(inet_server_addr()), 'local')";

std::string key_of(std::int64_t number) { return "list-" + std::to_string(number); }

class AppendLists final : public engine::Probe {
 public:
  static scenario::Declaration describe() {
    auto parameters = common_parameters("100ms", "1s");
    using scenario::ParameterType;
    parameters.push_back({"lists", ParameterType::integer, false, "4", "number of lists, written in turn"});
    parameters.push_back({"length", ParameterType::integer, false, "500",
                          "elements after which a list is left and a new one begun"});
    parameters.push_back({"lifetime", ParameterType::duration, false, "1s",
                          "a connection is given up after this time, as a pool does"});
    return {
        .name = "append-lists",
        .summary = "Appends to lists and reads them back: tells lost updates, time travel and split brain",
        .parameters = std::move(parameters),
        .permissions = database_permissions(),
        .effect = "makes table pgdrill.lists and writes into it",
        .witness = {},
        .undo = "drops schema pgdrill"};
  }

  Task<Result<>> prepare(engine::RunContext& context, scenario::ProbeSpec const& spec) override {
    co_return co_await prepare_table(context, way_of(context, spec), table);
  }

  Task<> run(engine::RunContext& context, scenario::ProbeSpec const& spec) override {
    auto const timeout = spec.parameters.duration("timeout");
    auto const lists = std::max<std::int64_t>(1, spec.parameters.integer("lists"));
    auto const length = std::max<std::int64_t>(1, spec.parameters.integer("length"));
    Link writer(context, way_of(context, spec), spec.parameters.duration("lifetime"));
    Link reader(context, way_of(context, spec), spec.parameters.duration("lifetime"));
    Sampler sampler(context, spec.name, "append", spec.parameters.duration("every"));
    for (std::int64_t element = 1;; ++element) {
      co_await sampler.wait();
      std::string const key = key_of(element % lists + element / (lists * length) * lists);
      leave_former(element % lists, key);
      std::size_t const known = checker_.acknowledged(key);
      checker_.sent(key, element);
      auto const appended = co_await writer.query(
          append_sql, {context.run_id, spec.name, key, std::to_string(element)}, timeout);
      checker_.ended(key, element, write_status(appended));
      auto const rows = co_await reader.query(read_sql, {context.run_id, spec.name, key}, timeout);
      auto outcome = rows ? judge(context, spec.name, key, *rows, known) : failed_outcome(rows.error());
      if (outcome.status == SampleStatus::right && !closed_.empty()) {
        if (next_closed_ >= closed_.size()) next_closed_ = 0;
        std::string const former = closed_[next_closed_++];
        auto const again = co_await reader.query(read_sql, {context.run_id, spec.name, former}, timeout);
        outcome = again ? judge(context, spec.name, former, *again, std::numeric_limits<std::size_t>::max())
                        : failed_outcome(again.error());
      }
      sampler.record(outcome);
    }
  }

 private:
  /// Closes the list that was written before `key` in the same turn.
  void leave_former(std::int64_t turn, std::string const& key) {
    auto& current = current_[turn];
    if (!current.empty() && current != key) {
      checker_.close(current);
      closed_.push_back(current);
    }
    current = key;
  }

  Outcome judge(engine::RunContext& context, std::string const& probe, std::string const& key,
                postgres::Rows const& rows, std::size_t known) {
    auto const& row = rows.rows.at(0);
    auto const anomalies =
        checker_.read(key, parse_list(row.at(0).value_or("")), known, row.at(1).value_or(""));
    std::vector<std::string> said;
    for (auto const& anomaly : anomalies) {
      said.push_back(fmt::format("{} of {}: {}", anomaly.kind, anomaly.key, anomaly.what));
      if (!told_.insert(said.back()).second) continue;
      context.journal.write("finding", {{"probe", probe},
                                        {"object", "list " + anomaly.key},
                                        {"what", anomaly.kind + ": " + anomaly.what},
                                        {"count", 1},
                                        {"rows", json::array()},
                                        {"authorised", false}});
    }
    return {.status = said.empty() ? SampleStatus::right : SampleStatus::wrong,
            .value = join(said, "; "),
            .error = {}};
  }

  ListChecker checker_;
  std::map<std::int64_t, std::string> current_;  ///< list of each turn
  std::vector<std::string> closed_;
  std::size_t next_closed_ = 0;  ///< one of them is read again with each call, in turn
  std::set<std::string> told_;   ///< anomalies that are in the journal
};

engine::RegisterProbe<AppendLists> const registered;

}  // namespace

}  // namespace pgdrill::probes
