// pgdrill doctor [SCENARIO]: checks everything that a drill needs, and says how to mend what is missing.
// Changes nothing.
#include <fmt/format.h>

#include <algorithm>

#include "harness/cli/connect.hpp"
#include "harness/cli/load_scenario.hpp"
#include "harness/cli/output.hpp"
#include "harness/doctor/patient.hpp"
#include "reports/verdict.hpp"

namespace pgdrill::cli {

namespace {

using doctor::Finding;
using doctor::Status;

std::vector<std::string> const formats{"text", "json"};

struct Row {
  std::string check;
  Finding finding;
};

void print_row(Row const& row) {
  Finding const& finding = row.finding;
  print(fmt::format("{:<8} {:<13} {}\n", doctor::name_of(finding.status), row.check, finding.what));
  std::string const indent(22, ' ');
  if (!finding.why.empty()) print(indent + "  " + finding.why + "\n");
  if (!finding.todo.empty()) print(indent + "  to mend it: " + finding.todo + "\n");
}

Task<Result<doctor::Patient>> patient(Arguments const& arguments, Connection const& connection,
                                      std::optional<scenario::Scenario> const& scenario) {
  if (!scenario)
    co_return co_await doctor::find_patient(connection.client, connection.ns, arguments.text("cluster"));
  doctor::Patient from_scenario = doctor::patient_of(*scenario);
  from_scenario.kube = connection.client;
  co_return from_scenario;
}

/// Tells each finding as soon as it is known, when `live`.
Task<Result<std::vector<Row>>> examine(Arguments const& arguments,
                                       std::optional<scenario::Scenario> const& scenario, bool live) {
  CO_TRY(Connection const connection, co_await connect(arguments));
  CO_TRY(doctor::Patient who, co_await patient(arguments, connection, scenario));
  cnpg::DatabaseAccess databases(connection.client, who.target.ns);
  who.databases = &databases;
  std::vector<Row> rows;
  rows.push_back({"api", {.what = "API server answers: " + connection.client->access().description}});
  if (live) print_row(rows.back());
  for (doctor::Check const& check : doctor::checks()) {
    doctor::Findings const findings = co_await check.examine(who);
    for (Finding const& finding : findings) {
      rows.push_back({check.name, finding});
      if (live) print_row(rows.back());
    }
  }
  co_return rows;
}

std::size_t count(std::vector<Row> const& rows, Status status) {
  return static_cast<std::size_t>(
      std::count_if(rows.begin(), rows.end(), [&](Row const& row) { return row.finding.status == status; }));
}

/// Missing is worse than unknown, since it is known.
int exit_code_of(std::vector<Row> const& rows) {
  if (count(rows, Status::missing) > 0) return reports::exit_unreachable;
  return count(rows, Status::unknown) > 0 ? reports::exit_inconclusive : reports::exit_pass;
}

std::string as_json(std::vector<Row> const& rows, int code) {
  json::array checks;
  for (Row const& row : rows) {
    checks.push_back({{"check", row.check},
                      {"status", doctor::name_of(row.finding.status)},
                      {"what", row.finding.what},
                      {"why", row.finding.why},
                      {"todo", row.finding.todo}});
  }
  return pretty(json::object{{"checks", std::move(checks)}, {"exit_code", code}});
}

int run(Arguments const& arguments) {
  std::optional<std::string> const format = output_format(arguments, formats);
  if (!format) return reports::exit_usage;
  std::optional<scenario::Scenario> scenario;
  if (arguments.given("SCENARIO")) {
    scenario = load_scenario(arguments);
    if (!scenario) return reports::exit_usage;
  }
  bool const text = *format == "text";
  Result<std::vector<Row>> const rows = run_to_end(examine(arguments, scenario, text));
  if (!rows) return report_error(rows.error());
  int const code = exit_code_of(*rows);
  if (!text) {
    print(as_json(*rows, code));
    return code;
  }
  print(fmt::format("\n{} ok, {} to look at, {} missing, {} unknown\n", count(*rows, Status::good),
                    count(*rows, Status::warning), count(*rows, Status::missing),
                    count(*rows, Status::unknown)));
  return code;
}

Verb describe_verb() {
  std::vector<Option> options = scenario_options();
  options.push_back({.name = "--cluster", .help = "without SCENARIO: the Cluster (default: the only one)"});
  options.push_back(output_option(formats, ""));
  return {.name = "doctor",
          .summary = "check everything that a drill needs, and say how to mend what is missing",
          .positionals = {{.name = "SCENARIO",
                           .help = "scenario file; none: whatever a scenario could need",
                           .required = false,
                           .values = "file"}},
          .options = std::move(options),
          .run = &run};
}

RegisterVerb const registered(&describe_verb);

}  // namespace
}  // namespace pgdrill::cli
