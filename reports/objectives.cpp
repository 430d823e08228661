#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "reports/verdict.hpp"

namespace pgdrill::reports {

namespace {

constexpr std::array<std::string_view, 6> integrity_subjects{"schema", "data",    "marker",
                                                             "ledger", "history", "writes"};

ObjectiveResult not_measured(ObjectiveLimit const& objective, std::string why) {
  return {.name = objective.name,
          .status = "not-measured",
          .limit = objective.limit,
          .unit = objective.unit,
          .detail = std::move(why)};
}

ObjectiveResult measured(ObjectiveLimit const& objective, double value, std::string detail) {
  return {.name = objective.name,
          .status = value <= objective.limit ? "met" : "missed",
          .value = value,
          .limit = objective.limit,
          .unit = objective.unit,
          .detail = std::move(detail)};
}

/// "heartbeat write, digest digest": those whose last answer that counts was not right.
std::string not_back(Rto const& rto) {
  std::string text;
  for (ClassRto const& one : rto.classes) {
    if (!one.counts || one.to) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", one.probe, one.sample_class);
  }
  return text;
}

ObjectiveResult judge_rto(ObjectiveLimit const& objective, Run const& run, Rto const& rto) {
  if (!rto.measured) return not_measured(objective, rto.why_not);
  if (!rto.to) {
    Nanoseconds const end = run.undo_started >= 0 ? run.undo_started : run.ended;
    ObjectiveResult result =
        not_measured(objective, "right answers did not come back before the drill ended: " + not_back(rto));
    double const at_least = static_cast<double>(end - rto.from) / 1e9;
    if (at_least > objective.limit) {
      result.status = "missed";
      result.detail = fmt::format("no recovery of {} was seen within {:.3f} s", not_back(rto), at_least);
    }
    return result;
  }
  double const value = static_cast<double>(*rto.to - rto.from) / 1e9;
  return measured(
      objective, value,
      fmt::format("from the first failed or wrong answer to the unbroken right stretch, up to {:.3f} s more "
                  "by the probes' resolution",
                  static_cast<double>(rto.resolution) / 1e9));
}

/// "; timeline 1 was left at 0/5000158, 0 bytes of WAL after the target"; empty when nobody told.
std::string restored_end_text(Run const& run) {
  auto const end = run.facts.find("restored-end");
  if (end == run.facts.end()) return "";
  std::int64_t const bytes = get_int(end->second, "bytes_after_target");
  return fmt::format("; timeline {} was left at {}, {} bytes of WAL {} the target",
                     get_int(end->second, "timeline"), get_string(end->second, "ends_at"),
                     bytes < 0 ? fmt::format("{}", bytes).substr(1) : fmt::format("{}", bytes),
                     bytes < 0 ? "before" : "after");
}

ObjectiveResult judge_rpo(ObjectiveLimit const& objective, Run const& run) {
  if (run.ledgers.empty())
    return not_measured(objective, "the ledger of acknowledged writes was not compared");
  struct Writes {
    std::int64_t acknowledged = 0;
    std::size_t lost = 0;
  };
  std::map<std::string, Writes>
      probes;  // what is judged twice is counted once: the last verdict knows all writes
  Nanoseconds worst = 0;
  for (LedgerVerdict const& ledger : run.ledgers) {
    worst = std::max(worst, ledger.rpo);
    Writes& writes = probes[ledger.probe];
    writes = {.acknowledged = ledger.acknowledged, .lost = std::max(writes.lost, ledger.lost.size())};
  }
  std::int64_t acknowledged = 0;
  std::size_t lost = 0;
  for (auto const& [probe, writes] : probes) {
    acknowledged += writes.acknowledged;
    lost += writes.lost;
  }
  if (acknowledged == 0) return not_measured(objective, "no write was acknowledged");
  ObjectiveResult result = measured(
      objective, static_cast<double>(worst) / 1e9,
      fmt::format("{} of {} acknowledged writes lost{}", lost, acknowledged, restored_end_text(run)));
  if (lost > 0 && result.status == "met" && objective.limit == 0) result.status = "missed";
  return result;
}

ObjectiveResult judge_integrity(ObjectiveLimit const& objective, Run const& run) {
  double differences = 0;
  std::size_t decided = 0;
  std::vector<std::string> undecided;
  for (Check const& check : run.checks) {
    auto const* const subject =
        std::find(integrity_subjects.begin(), integrity_subjects.end(), check.subject);
    if (subject == integrity_subjects.end()) continue;
    if (check.status == "undecided") {
      undecided.push_back(check.name);
      continue;
    }
    ++decided;
    if (check.status == "failed")
      differences += static_cast<double>(std::max<std::size_t>(1, check.details.size()));
  }
  if (decided == 0) return not_measured(objective, "nothing was compared with the captured state");
  std::string const detail = fmt::format("{} checks of schema, data, markers, ledger and history", decided);
  if (differences > objective.limit) return measured(objective, differences, detail);
  if (!undecided.empty()) return not_measured(objective, "could not be decided: " + undecided.front());
  return measured(objective, differences, detail);
}

}  // namespace

std::vector<ObjectiveResult> judge_objectives(Run const& run, Rto const& rto) {
  std::vector<ObjectiveResult> results;
  for (ObjectiveLimit const& objective : run.objectives) {
    if (objective.name == "rto") {
      results.push_back(judge_rto(objective, run, rto));
    } else if (objective.name == "rpo") {
      results.push_back(judge_rpo(objective, run));
    } else if (objective.name == "integrity") {
      results.push_back(judge_integrity(objective, run));
    } else {
      results.push_back(not_measured(objective, "nothing measures an objective of this name"));
    }
  }
  return results;
}

}  // namespace pgdrill::reports
