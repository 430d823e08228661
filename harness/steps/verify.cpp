// verify: the proof that schema and data are back at the captured target.
#include <algorithm>
#include <iterator>

#include "harness/engine/facts.hpp"
#include "harness/engine/permissions.hpp"
#include "harness/steps/cluster_clocks.hpp"
#include "harness/steps/restored_end.hpp"
#include "harness/steps/steady_clients.hpp"
#include "harness/steps/verify_checks.hpp"
#include "harness/steps/waiting.hpp"

namespace pgdrill::steps {

namespace {

using engine::RunContext;
using engine::StepOutcome;
using scenario::StepSpec;

// Clients that get failures come back, if late; those that get wrong answers stay so, and the checks tell it.
constexpr Duration longest_settling = std::chrono::seconds(30);
constexpr Duration longest_settling_of_disproved = std::chrono::seconds(5);
constexpr Duration longest_clock_reading = std::chrono::seconds(10);

/// What a check speaks of in the journal.
std::string subject_of(std::string const& check) {
  if (check == "digest" || check == "reference") return "data";
  if (check == "fingerprint") return "schema";
  if (check == "structure") return "schema";
  if (check == "markers") return "marker";
  return check;
}

class Verify : public engine::Step {
 public:
  static scenario::Declaration describe() {
    return {
        .name = "verify",
        .summary = "Prove that schema, data, history and acknowledged writes are back at the captured target",
        .parameters = with_load_parameters(
            {{.name = "target",
              .required = true,
              .help = "Name of the captured target.",
              .refers_to = scenario::Named::target},
             {.name = "checks",
              .type = scenario::ParameterType::text_list,
              .default_value = "[fingerprint, digest, markers, ledger, history, writes]",
              .help =
                  "What is compared. structure: faults that content and schema do not show. backup: the "
                  "restored "
                  "Cluster archives again and a new Backup of it completes. reference: rows and columns in "
                  "which the content differs from that of a live Cluster.",
              .allowed = {"fingerprint", "digest", "structure", "markers", "ledger", "history", "writes",
                          "backup", "reference"}},
             {.name = "reference",
              .help = "Cluster whose content is known to be good, for the check reference: another restored "
                      "copy, "
                      "or one kept apart. Reached by its Service -rw and Secret -app."},
             {.name = "steady",
              .type = scenario::ParameterType::duration,
              .default_value = "1s",
              .help = "How long all probes must have answered rightly before what the clients see and wrote "
                      "is checked, and once more before the step ends."},
             {.name = "application",
              .default_value = "application",
              .help = "Name of the probe that watches the application's invariant, for the check ledger."}}),
        .permissions = engine::together(
            {engine::superuser_permissions(),
             engine::database_permissions(),
             {{"postgresql.cnpg.io", {"clusters"}, {"get"}},
              {"postgresql.cnpg.io", {"backups"}, {"get", "list", "watch", "create", "delete"}}}}),
        .effect = "with the check backup: takes a Backup of the restored Cluster",
        .witness = "the Backup is completed and its last WAL segment is archived",
        .undo = "deletes its own Backup object",
        .longest = std::chrono::minutes(2),
        .marks = {"verified"}};
  }

  bool always_acts(StepSpec const& spec) const override {
    return std::ranges::count(spec.parameters.texts("checks"), "backup") > 0;
  }

  /// In the order in which they are made.
  std::vector<std::string> checks(StepSpec const& spec, scenario::Scenario const& scenario) const override {
    std::vector<std::string> ledgers;
    for (scenario::ProbeSpec const& probe : scenario.probes) {
      if (probe.kind == "ledger") ledgers.push_back(probe.name);
    }
    std::ranges::sort(ledgers);
    std::vector<std::string> names;
    for (bool const late : {false, true}) {
      for (std::string const& check : spec.parameters.texts("checks")) {
        if (of_clients(check) != late) continue;
        std::ranges::move(names_of_check(check, spec.parameters.text("reference"), ledgers),
                          std::back_inserter(names));
      }
    }
    return names;
  }

  Task<Result<StepOutcome>> run(RunContext& context, StepSpec const& spec) override {
    CO_TRY(json::object captured, captured_target(context, spec.parameters.text("target")));
    std::string const cluster = restored_cluster(context).value_or(context.target.cluster);
    json::value const known(captured);
    std::string const history = get_string(known, "history_table");
    WalPlace const target{.timeline = get_int(known, "timeline"),
                          .lsn = get_string(known, "restore_point_lsn")};
    Verification verification{.context = context,
                              .step = spec.id,
                              .captured = std::move(captured),
                              .cluster = cluster,
                              .application = spec.parameters.text("application"),
                              .history = history,
                              .reference = spec.parameters.text("reference"),
                              .timeout = spec.timeout,
                              .reading = state_reading(spec.parameters, cluster)};
    // An application keeps pooled connections for a while; what does not settle is told by the checks and the
    // RTO. What is stored can be compared while the clients settle; what they see and wrote cannot.
    SteadyClients const clients(context);
    Monotonic const end = std::chrono::steady_clock::now() + spec.timeout;
    Outcome outcome;
    json::object outputs;
    std::vector<std::string> const checks = spec.parameters.texts("checks");
    for (std::string const& check : checks) {
      if (!of_clients(check)) co_await run_one(verification, check, outcome);
    }
    Duration const stretch = spec.parameters.duration("steady");
    context.waiting(spec.id, "all probes to answer rightly", "for an unbroken stretch");
    bool steady = co_await clients.wait(stretch, settled_at(outcome, end));
    for (std::string const& check : checks) {
      if (of_clients(check)) co_await run_one(verification, check, outcome);
    }
    // Not decided is not disproved: the run is inconclusive then.
    if (!outcome.failed && outcome.undecided) co_return fail(*outcome.undecided);
    if (!outcome.failed) context.mark("verified", spec.id, "all checks passed");
    if (restored_cluster(context)) {
      co_await note_server_clocks(context, spec.id, cluster, longest_clock_reading);
      co_await note_restored_end(context, cluster, target, longest_clock_reading);
    }
    // The last word is the clients': the RTO ends with an unbroken right stretch, and one late answer while
    // the rest was done would leave it unmeasured.
    if (steady) steady = co_await clients.wait(stretch, settled_at(outcome, end));
    outputs["clients_steady"] = steady;
    outputs["read_through"] = verification.read_through;
    co_return StepOutcome{.passed = !outcome.failed, .outputs = std::move(outputs)};
  }

 private:
  static bool of_clients(std::string const& check) { return check == "ledger" || check == "writes"; }

  struct Outcome {
    bool failed = false;
    std::optional<Error> undecided;  ///< the first one
  };

  /// Until when clients are waited for from now on, in a step that must end at `end`.
  static Monotonic settled_at(Outcome const& outcome, Monotonic end) {
    Monotonic const now = std::chrono::steady_clock::now();
    return now + std::min(outcome.failed ? longest_settling_of_disproved : longest_settling, (end - now) / 2);
  }

  static Task<> run_one(Verification& verification, std::string check, Outcome& outcome) {
    verification.context.waiting(verification.step, "check '" + check + "'",
                                 "it compares with the captured state");
    verification.names = names_of_check(check, verification.reference, ledger_probes(verification.context));
    verification.written = 0;
    Result<bool> const passed = co_await run_check(verification, check);
    if (!passed) {
      for (std::size_t i = verification.written; i < verification.names.size(); ++i) {
        verification.context.undecided(verification.names[i], subject_of(check), verification.step,
                                       "as captured", ::pgdrill::describe(passed.error()));
      }
      if (!outcome.undecided) outcome.undecided = passed.error();
    }
    outcome.failed = outcome.failed || !passed.value_or(true);
  }

  static Task<Result<bool>> run_check(Verification& verification, std::string check) {
    if (check == "markers") return check_markers(verification);
    if (check == "ledger") return check_application(verification);
    if (check == "history") return check_history(verification);
    if (check == "writes") return check_writes(verification);
    if (check == "backup") return check_backup(verification);
    if (check == "reference") return check_reference(verification);
    return check_state(verification, std::move(check));
  }
};

engine::RegisterStep<Verify> const registered;

}  // namespace

}  // namespace pgdrill::steps
