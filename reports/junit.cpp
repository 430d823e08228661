// junit.xml in the one shape that no reader rejects or drops: flat suites, a case per step, witness, check,
// objective and the undo; names without numbers, since readers keep history by name. `failure` = the rollback
// property is disproved, `error` = it could not be decided.
#include <fmt/format.h>

#include <pugixml.hpp>
#include <sstream>

#include "reports/escape.hpp"
#include "reports/report.hpp"

namespace pgdrill::reports {

namespace {

enum class Outcome { passed, failed, error, skipped };

struct Case {
  std::string name;
  Outcome outcome = Outcome::passed;
  Nanoseconds duration = 0;
  std::string message;
  std::string body;
};

std::string time_text(Nanoseconds duration) {
  return fmt::format("{:.3f}", static_cast<double>(std::max<Nanoseconds>(duration, 0)) / 1e9);
}

std::string error_text(json::object const& error) {
  std::string text;
  for (std::string_view const key : {"what", "why", "where", "todo"}) {
    json::value const* const value = error.if_contains(key);
    if (value == nullptr || !value->is_string() || value->get_string().empty()) continue;
    text += fmt::format("{}{}: {}", text.empty() ? "" : "\n", key, std::string_view(value->get_string()));
  }
  return text;
}

Case step_case(StepRecord const& step) {
  Case result{.name = "step " + step.id};
  if (step.started >= 0 && step.ended >= 0) result.duration = step.ended - step.started;
  if (step.status == "ok") return result;
  result.body = error_text(step.error);
  result.message = step.title + ": " + step.status;
  result.outcome = step.status == "failed"                                ? Outcome::failed
                   : step.status == "skipped" || step.status == "planned" ? Outcome::skipped
                                                                          : Outcome::error;
  return result;
}

Case check_case(Check const& check) {
  Case result{.name = "check " + check.name};
  if (check.status == "passed") return result;
  result.outcome = check.status == "failed" ? Outcome::failed : Outcome::error;
  result.message = fmt::format("expected {}, observed {}", check.expected, check.observed);
  for (std::string const& detail : check.details) result.body += detail + "\n";
  return result;
}

Case witness_case(Witness const& witness) {
  Case result{.name = "witness of step " + witness.subject};
  if (witness.seen) return result;
  result.outcome = Outcome::error;
  result.message =
      fmt::format("expected {} by {}, observed {}", witness.expected, witness.channel, witness.observed);
  result.body = witness.detail;
  return result;
}

Case objective_case(ObjectiveResult const& objective) {
  Case result{.name = "objective " + objective.name};
  if (objective.status == "met") return result;
  result.outcome = objective.status == "missed" ? Outcome::failed : Outcome::error;
  result.message = objective.value ? fmt::format("{} {} against {} {}", fixed(*objective.value),
                                                 objective.unit, fixed(objective.limit), objective.unit)
                                   : objective.status + ": " + objective.detail;
  result.body = objective.detail;
  return result;
}

Case undo_case(Run const& run) {
  Case result{.name = "everything undone"};
  for (UndoRecordState const& record : run.undo) {
    if (record.status == "done") continue;
    result.outcome = Outcome::failed;
    result.message = "something may still be broken: run pgdrill cleanup";
    result.body +=
        record.summary + ": " + record.status + (record.error.empty() ? "" : ": " + record.error) + "\n";
  }
  return result;
}

Case end_case(Run const& run) {
  Case result{.name = "run came to its end"};
  if (run.status == "completed" || run.status == "failed") return result;
  result.outcome = Outcome::error;
  result.message = run.status.empty() ? "the journal breaks off" : "run ended as " + run.status;
  result.body = error_text(run.error);
  return result;
}

std::vector<Case> cases_of(Run const& run, Verdict const& verdict) {
  std::vector<Case> cases;
  for (StepRecord const& step : run.steps) cases.push_back(step_case(step));
  for (Witness const& witness : run.witnesses) cases.push_back(witness_case(witness));
  for (Check const& check : run.checks) cases.push_back(check_case(check));
  for (ObjectiveResult const& objective : verdict.objectives) cases.push_back(objective_case(objective));
  cases.push_back(undo_case(run));
  cases.push_back(end_case(run));
  // Readers drop or merge cases of the same name: later ones get a suffix by their order.
  for (std::size_t i = 0; i < cases.size(); ++i) {
    int same = 1;
    for (std::size_t j = 0; j < i; ++j)
      same += cases[j].name == cases[i].name || cases[j].name.starts_with(cases[i].name + " #") ? 1 : 0;
    if (same > 1) cases[i].name += fmt::format(" #{}", same);
  }
  return cases;
}

void write_case(pugi::xml_node suite, std::string const& classname, Case const& entry) {
  pugi::xml_node node = suite.append_child("testcase");
  node.append_attribute("name") = one_line(entry.name).c_str();
  node.append_attribute("classname") = one_line(classname).c_str();
  node.append_attribute("time") = time_text(entry.duration).c_str();
  if (entry.outcome == Outcome::passed) return;
  std::string const message = one_line(entry.message);
  bool const skipped = entry.outcome == Outcome::skipped;
  char const* const element = skipped ? "skipped" : entry.outcome == Outcome::failed ? "failure" : "error";
  pugi::xml_node result = node.append_child(element);
  result.append_attribute("message") = message.c_str();
  if (skipped) return;
  result.append_attribute("type") = entry.outcome == Outcome::failed ? "disproved" : "undecided";
  // Some readers show the text only, others the attribute only.
  result.text().set(clean(message + "\n" + entry.body, 20'000).c_str());
}

void write_property(pugi::xml_node properties, char const* name, std::string const& value) {
  pugi::xml_node property = properties.append_child("property");
  property.append_attribute("name") = name;
  property.append_attribute("value") = one_line(value).c_str();
}

std::string render_junit(Run const& run, Verdict const& verdict) {
  std::vector<Case> const cases = cases_of(run, verdict);
  auto const count = [&](Outcome outcome) {
    return std::count_if(cases.begin(), cases.end(),
                         [&](Case const& entry) { return entry.outcome == outcome; });
  };
  pugi::xml_document document;
  pugi::xml_node declaration = document.append_child(pugi::node_declaration);
  declaration.append_attribute("version") = "1.0";
  declaration.append_attribute("encoding") = "UTF-8";
  pugi::xml_node suites = document.append_child("testsuites");
  pugi::xml_node suite = suites.append_child("testsuite");
  std::string const scenario = one_line(run.scenario_name());
  for (pugi::xml_node node : {suites, suite}) {
    node.append_attribute("name") = node == suites ? "pgdrill" : scenario.c_str();
    node.append_attribute("tests") = static_cast<unsigned long>(cases.size());
    node.append_attribute("failures") = static_cast<long>(count(Outcome::failed));
    node.append_attribute("errors") = static_cast<long>(count(Outcome::error));
    node.append_attribute("time") = time_text(run.ended).c_str();
  }
  suite.append_attribute("skipped") = static_cast<long>(count(Outcome::skipped));
  suite.append_attribute("id") = "0";
  suite.append_attribute("timestamp") = one_line(run.started_wall.substr(0, 19) + "Z").c_str();
  pugi::xml_node properties = suite.append_child("properties");
  write_property(properties, "run", run.id);
  write_property(properties, "decision", verdict.decision);
  write_property(properties, "pgdrill", run.version);
  for (Case const& entry : cases) write_case(suite, "pgdrill." + scenario, entry);
  std::ostringstream text;
  document.save(text, "  ");
  return std::move(text).str();
}

RegisterReport const registered("junit.xml", &render_junit);

}  // namespace
}  // namespace pgdrill::reports
