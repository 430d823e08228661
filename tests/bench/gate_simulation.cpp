// bench_gate [--cases N] [--series N] [--noise FILE] [--model NAME]: false alarms and power of the gate by
// simulation.
//
// Writes JSON lines: one `rates` line per model, length of history and shift, with the shares of N cases that
// the gate (fresh and paired) and "20 % over the last run" call a regression, and `series` lines, the same
// cases in full for tests/bench/gate_simulation.py, which asks Apache Otava about them.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "reports/statistics/gate_rule.hpp"
#include "tests/bench/gate_models.hpp"

namespace pgdrill::bench {
namespace {

constexpr int repeats = 3;
constexpr std::size_t window = 20;  // the newest runs that the gate looks at; Otava sees all

struct Settings {
  int cases = 4000;
  int series = 4000;
  std::vector<double> noise;
  std::string model;  ///< only this one
};

struct Case {
  std::vector<double> history;  ///< all of it
  statistics::MetricInput fresh;
  statistics::MetricInput paired;
};

Case draw(Model& model, std::size_t history, double shift) {
  Case drawn;
  for (std::size_t i = 0; i < history; ++i) drawn.history.push_back(run_value(model, repeats, 1));
  std::size_t const unseen = history > window ? history - window : 0;
  drawn.fresh.history.assign(drawn.history.begin() + static_cast<std::ptrdiff_t>(unseen),
                             drawn.history.end());
  for (int i = 0; i < 3; ++i) drawn.fresh.candidate.push_back(run_value(model, repeats, shift));
  drawn.paired = drawn.fresh;
  drawn.paired.candidate.resize(1);
  model.next_run();  // one session: baseline and candidate share its environment
  for (std::size_t i = 0; i < statistics::RuleSettings().minimum_pairs; ++i) {
    double const baseline = model.repeat(1);
    drawn.paired.pairs.emplace_back(baseline, model.repeat(shift));
  }
  return drawn;
}

bool regressed(statistics::MetricInput const& metric) {
  statistics::RuleSettings const settings;
  return statistics::judge_gate({metric}, settings).front().state == statistics::GateState::regressed;
}

struct Counts {
  int fresh = 0;
  int paired = 0;
  int naive = 0;
  int screened = 0;
};

void print_series(NamedModel const& model, std::size_t history, double shift, Case const& drawn, bool fresh,
                  bool paired) {
  std::printf(R"({"series":"%s","n":%zu,"shift":%.2f,"fresh":%s,"paired":%s,"values":[)", model.name.c_str(),
              history, shift, fresh ? "true" : "false", paired ? "true" : "false");
  bool first = true;
  for (auto const& values : {drawn.history, drawn.fresh.candidate}) {
    for (double const value : values) {
      std::printf("%s%.4f", first ? "" : ",", value);
      first = false;
    }
  }
  std::puts("]}");
}

void simulate(NamedModel const& model, std::size_t history, double shift, Settings const& settings,
              std::uint64_t seed) {
  statistics::Random random(seed);
  Counts counts;
  for (int i = 0; i < settings.cases; ++i) {
    std::unique_ptr<Model> const stream =
        model.make != nullptr ? model.make(random) : resampled(random, settings.noise);
    Case const drawn = draw(*stream, history, shift);
    bool const fresh = regressed(drawn.fresh);
    bool const paired = regressed(drawn.paired);
    statistics::MetricInput alone = drawn.fresh;
    alone.candidate.resize(1);
    counts.fresh += fresh ? 1 : 0;
    counts.paired += paired ? 1 : 0;
    counts.naive += alone.candidate.front() > 1.2 * alone.history.back() ? 1 : 0;
    counts.screened +=
        statistics::judge_gate({alone}, {}).front().state == statistics::GateState::suspect ? 1 : 0;
    if (i < settings.series) print_series(model, history, shift, drawn, fresh, paired);
  }
  double const all = settings.cases;
  std::printf(
      R"({"rates":"%s","independent":%s,"n":%zu,"shift":%.2f,"cases":%d,"fresh":%.5f,"paired":%.5f,"naive":%.5f,)"
      R"("screened":%.5f})"
      "\n",
      model.name.c_str(), model.independent ? "true" : "false", history, shift, settings.cases,
      counts.fresh / all, counts.paired / all, counts.naive / all, counts.screened / all);
  std::fflush(stdout);
}

Settings read_settings(int count, char** arguments) {
  Settings settings;
  for (int i = 1; i + 1 < count; i += 2) {
    if (std::strcmp(arguments[i], "--cases") == 0) settings.cases = std::atoi(arguments[i + 1]);
    if (std::strcmp(arguments[i], "--series") == 0) settings.series = std::atoi(arguments[i + 1]);
    if (std::strcmp(arguments[i], "--model") == 0) settings.model = arguments[i + 1];
    if (std::strcmp(arguments[i], "--noise") == 0) {
      std::ifstream file(arguments[i + 1]);
      for (std::string line; std::getline(file, line);)
        if (!line.empty() && line.front() != '#')
          settings.noise.push_back(std::strtod(line.c_str(), nullptr));
    }
  }
  return settings;
}

}  // namespace
}  // namespace pgdrill::bench

int main(int count, char** arguments) {
  using namespace pgdrill::bench;
  Settings const settings = read_settings(count, arguments);
  std::vector<NamedModel> all = models();
  if (settings.noise.size() > 2) all.push_back({"REAL", "resampled drills", true, nullptr});
  std::uint64_t seed = 0;
  for (NamedModel const& model : all) {
    seed += 100;  // a model's cases do not change with the others
    if (!settings.model.empty() && settings.model != model.name) continue;
    for (std::size_t const history : {5U, 10U, 20U, 50U}) {
      for (double const shift : {1.0, 1.2, 1.5}) simulate(model, history, shift, settings, ++seed);
    }
  }
  return 0;
}
