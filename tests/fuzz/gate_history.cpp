// Whatever a history holds, the gate gives one answer and every form of it is well-formed: never a crash,
// never NaN.
#include <pugixml.hpp>
#include <sstream>

#include "reports/gate/gate.hpp"
#include "tests/fuzz/fuzz_target.hpp"

namespace {

void check_forms(pgdrill::reports::GateReport const& report) {
  using namespace pgdrill;
  fuzz::require(!report.state.empty(), "every gate run has a state");
  auto const document = parse_json(reports::gate_json(report));
  fuzz::require(document.has_value(), "JSON is JSON");
  fuzz::require(bool(pugi::xml_document().load_string(reports::gate_junit(report).c_str())),
                "XML is well-formed");
  std::string const annotations = reports::gate_annotations(report);
  fuzz::require(annotations.find('\n') == annotations.size() - 1, "an annotation is one line");
  std::string const gitlab = reports::gate_gitlab(report);
  fuzz::require(gitlab.find("nan") == std::string::npos || gitlab.find("\"") != std::string::npos, "no NaN");
  static_cast<void>(reports::gate_text(report));
}

}  // namespace

FUZZ_TARGET(gate_history) {
  using namespace pgdrill;
  std::istringstream lines{std::string(input)};
  reports::History history = reports::history_of_lines(lines);
  if (history.runs.empty()) return;
  reports::GateMaterial material{.candidates = {history.runs.back()}, .history = history};
  // The newest run alone, with fresh runs, and with pairs: all from what the history holds.
  for (reports::HistoryRun const& run : history.runs) {
    if (material.candidates.size() < 4) material.candidates.push_back(run);
    if (material.pair_baselines.size() < 12) {
      material.pair_baselines.push_back(run);
      material.pair_candidates.push_back(history.runs.back());
    }
  }
  reports::GateMaterial alone = material;
  alone.candidates.resize(1);
  alone.pair_baselines.clear();
  alone.pair_candidates.clear();
  reports::GateMaterial fresh = material;
  fresh.pair_baselines.clear();
  fresh.pair_candidates.clear();
  for (reports::GateMaterial const* const one : {&alone, &fresh, &material}) {
    if (auto const report = reports::judge_material(*one, {})) check_forms(*report);
  }
  static_cast<void>(reports::screen_run(history.runs.back(), history));
}
