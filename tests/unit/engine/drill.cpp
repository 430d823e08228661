#include "tests/unit/engine/drill.hpp"

namespace pgdrill::engine {

namespace {

template <class T>
std::vector<scenario::Declaration> declared(std::vector<Entry<T>> const& entries) {
  std::vector<scenario::Declaration> all;
  for (auto const& entry : entries) all.push_back(entry.declaration);
  return all;
}

}  // namespace

scenario::Catalogue TestCatalogue::declarations() const {
  return {.steps = declared(steps),
          .faults = declared(faults),
          .probes = declared(probes),
          .triggers = declared(triggers)};
}

Drill::Drill() { allow_faults(*client_); }

RunSettings Drill::settings(std::string const& sections) {
  std::string const yaml =
      "apiVersion: pgdrill.io/v1\nkind: Scenario\nmetadata: {name: test}\n"
      "target: {namespace: develop, cluster: orders}\n" +
      sections;
  scenario::ParseOutcome outcome = scenario::parse_text(yaml, "test.yaml", catalogue_.declarations(), {});
  EXPECT_EQ(scenario::render_problems(outcome.problems, yaml), "");
  return {.scenario = std::move(outcome.scenario),
          .run_id = "r1",
          .evidence_directory = journal_.directory(),
          .kube = client_,
          .journal = &*journal_,
          .databases = &databases_,
          .steps = &catalogue_.steps,
          .probes = &catalogue_.probes,
          .faults = &catalogue_.faults,
          .triggers = &catalogue_.triggers,
          .seed = seed_,
          .placebo = placebo_,
          .steady_limit = std::chrono::milliseconds(100)};
}

RunEnd Drill::run(std::string const& sections) {
  Executor executor(settings(sections));
  return run_to_end(executor.run());
}

std::vector<json::value> Drill::events(std::string const& name) const {
  std::vector<json::value> all;
  for (json::value const& event : journal_.events()) {
    if (get_string(event, "event") == name) all.push_back(event);
  }
  return all;
}

std::string Drill::witness(std::string const& step) const {
  std::string text;
  for (json::value const& event : events("witness")) {
    if (get_string(event, "subject") != step) continue;
    text += (text.empty() ? "" : ", ") + get_string(event, "status");
  }
  return text;
}

std::string Drill::status(std::string const& step) const {
  for (json::value const& event : events("step-finished")) {
    if (get_string(event, "step") == step) return get_string(event, "status");
  }
  return "";
}

}  // namespace pgdrill::engine
