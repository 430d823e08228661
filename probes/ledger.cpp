// Numbered writes through the application's service. The client keeps its own record of what was
// acknowledged; after a rollback each of them must be there, or rightly not.
#include <stdexcept>

#include "harness/engine/facts.hpp"
#include "probes/drill_schema.hpp"
#include "probes/ledger_log.hpp"
#include "probes/sampling.hpp"

namespace pgdrill::probes {

namespace {

// Without a key: a write that appears twice must be seen, not refused.
constexpr char const* table =
    "CREATE TABLE IF NOT EXISTS pgdrill.ledger_writes (run text NOT NULL, probe text NOT NULL, sequence "
    "bigint NOT NULL, "
    "payload text NOT NULL, written_at timestamptz NOT NULL DEFAULT clock_timestamp())";
constexpr char const* insert_sql =
    "INSERT INTO pgdrill.ledger_writes (run, probe, sequence, payload) VALUES ($1, $2, $3, $4) "
    "RETURNING coalesce(nullif(current_setting('cluster_name'), ''), host(inet_server_addr()), 'local'), "
    "('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int, "
    "extract(epoch FROM pg_postmaster_start_time())";

class Ledger final : public engine::Probe {
 public:
  static scenario::Declaration describe() {
    auto parameters = common_parameters("100ms", "1s");
    parameters.push_back({"lifetime", scenario::ParameterType::duration, false, "1s",
                          "a connection is given up after this time, as a pool does"});
    return {.name = "ledger",
            .summary = "Writes numbered rows and keeps the client's own record of what was acknowledged",
            .parameters = std::move(parameters),
            .permissions = database_permissions(),
            .effect = "makes table pgdrill.ledger_writes and inserts into it",
            .witness = {},
            .undo = "drops schema pgdrill"};
  }

  Task<Result<>> prepare(engine::RunContext& context, scenario::ProbeSpec const& spec) override {
    CO_TRY(log_, LedgerLog::open(context.evidence_directory, spec.name));
    co_return co_await prepare_table(context, way_of(context, spec), table);
  }

  Task<> run(engine::RunContext& context, scenario::ProbeSpec const& spec) override {
    Link link(context, way_of(context, spec), spec.parameters.duration("lifetime"));
    Sampler sampler(context, spec.name, "write", spec.parameters.duration("every"));
    std::int64_t acknowledged = 0;
    for (std::int64_t sequence = 1; log_; ++sequence) {
      co_await sampler.wait();
      LedgerWrite write{.sequence = sequence, .sent_ns = context.journal.elapsed_ns()};
      note(log_->sent(sequence, write.sent_ns));
      tell(context, spec.name, acknowledged, sequence);
      auto const rows = co_await link.query(insert_sql,
                                            {context.run_id, spec.name, std::to_string(sequence),
                                             ledger_payload(context.run_id, spec.name, sequence)},
                                            spec.parameters.duration("timeout"));
      write.ended_ns = context.journal.elapsed_ns();
      write.status = write_status(rows);
      if (rows) tell_server(*rows, write);
      if (rows) acknowledged = sequence;
      note(log_->ended(write));
      tell(context, spec.name, acknowledged, sequence);
      sampler.record(
          rows ? Outcome{.status = SampleStatus::right, .value = std::to_string(sequence), .error = {}}
               : failed_outcome(rows.error()));
    }
  }

 private:
  static void tell_server(postgres::Rows const& rows, LedgerWrite& write) {
    if (rows.rows.empty() || rows.rows.front().size() != 3) return;
    auto const& answer = rows.rows.front();
    write.origin = answer[0].value_or("");
    write.timeline = std::strtoll(answer[1].value_or("0").c_str(), nullptr, 10);
    write.server = answer[2].value_or("");
  }

  static void tell(engine::RunContext& context, std::string const& probe, std::int64_t acknowledged,
                   std::int64_t sent) {
    context.facts[engine::facts::writes(probe)] = {{"acknowledged", acknowledged}, {"sent", sent}};
  }

  /// Evidence that cannot be written ends the probe, and the run is inconclusive: a ledger without a record
  /// proves nothing.
  static void note(Result<> const& written) {
    if (!written) throw std::runtime_error(::pgdrill::describe(written.error()));
  }

  std::unique_ptr<LedgerLog> log_;
};

engine::RegisterProbe<Ledger> const registered;

}  // namespace

}  // namespace pgdrill::probes
