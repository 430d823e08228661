// Waits until the probes say what is wrong, and holds what they see against what the migration claims.
#include <algorithm>

#include "harness/engine/facts.hpp"
#include "harness/steps/waiting.hpp"

namespace pgdrill::steps {

namespace {

using engine::RunContext;
using engine::StepOutcome;
using scenario::ParameterType;

constexpr auto look_interval = std::chrono::milliseconds(20);

class Detect final : public engine::Step {
 public:
  static scenario::Declaration describe() {
    return {.name = "detect",
            .summary = "Waits until the named probes see the damage, and counts the rows that they see",
            .parameters = {{.name = "probes",
                            .type = ParameterType::text_list,
                            .required = true,
                            .help = "names of continuous probes",
                            .refers_to = scenario::Named::probe},
                           {"within", ParameterType::duration, false, "30s", "longest time to detect"}},
            .permissions = {},
            .effect = {},
            .witness = "rows that differ against rows that the migration says it changed",
            .undo = {},
            .marks = {"detected", "decided"}};
  }

  Task<Result<StepOutcome>> run(RunContext& context, scenario::StepSpec const& spec) override {
    std::vector<std::string> const names = spec.parameters.texts("probes");
    Monotonic const end = std::chrono::steady_clock::now() + spec.parameters.duration("within");
    bool detected = false;
    while (true) {
      std::string waiting_for;
      std::string first_seen;
      for (std::string const& name : names) {
        (sees_damage(context, name) ? first_seen : waiting_for) = name;
      }
      if (!detected && !first_seen.empty()) {
        detected = true;
        context.mark("detected", spec.id, "probe " + first_seen);
      }
      if (waiting_for.empty()) break;
      context.waiting(spec.id, "probe " + waiting_for + " to see the damage");
      if (std::chrono::steady_clock::now() >= end) {
        write_witness(context, names);
        co_return fail({.kind = ErrorKind::timeout,
                        .what = "the damage was not detected",
                        .where = "probe " + waiting_for,
                        .why = "it saw nothing wrong within " + spec.parameters.text("within"),
                        .todo = "look whether the migration did what it says"});
      }
      co_await sleep_for(look_interval);
    }
    bool const agreed = write_witness(context, names);
    context.mark("decided", spec.id, "scenario");
    co_return StepOutcome{
        .passed = true,
        .outputs = {{"rows_differing", rows_differing(context, names)}, {"rows_as_claimed", agreed}}};
  }

 private:
  static bool sees_damage(RunContext const& context, std::string const& probe) {
    auto const finding = context.facts.find(engine::facts::finding(probe));
    if (finding != context.facts.end()) {
      return finding->second.is_array() && !finding->second.get_array().empty();
    }
    auto const last = context.facts.find(engine::facts::last_sample(probe));
    return last != context.facts.end() && get_string(last->second, "status") == "wrong";
  }

  static std::int64_t rows_differing(RunContext const& context, std::vector<std::string> const& probes) {
    std::int64_t rows = 0;
    for (std::string const& probe : probes) {
      auto const finding = context.facts.find(engine::facts::finding(probe));
      if (finding == context.facts.end() || !finding->second.is_array()) continue;
      for (json::value const& difference : finding->second.get_array()) rows += get_int(difference, "count");
    }
    return rows;
  }

  static bool write_witness(RunContext& context, std::vector<std::string> const& probes) {
    auto const migration = context.facts.find(std::string(engine::facts::migration));
    if (migration == context.facts.end()) return true;  // nothing was claimed
    // Probes that compare no rows say nothing of them: the migration's own witness is its history table.
    bool const compared = std::any_of(probes.begin(), probes.end(), [&](std::string const& probe) {
      return context.facts.contains(engine::facts::finding(probe));
    });
    if (!compared) return true;
    std::int64_t const claimed = get_int(migration->second, "claimed_rows", -1);
    std::int64_t const seen = rows_differing(context, probes);
    // A migration that does not say how many rows it changed is witnessed by any difference.
    bool const agreed = claimed >= 0 ? seen == claimed : seen > 0;
    context.witness(get_string(migration->second, "step", "commit-migration"),
                    {.seen = agreed,
                     .channel = "digest of the tables",
                     .expected = claimed >= 0 ? std::to_string(claimed) + " rows differ" : "rows differ",
                     .observed = std::to_string(seen) + " rows differ"},
                    get_string(migration->second, "commit"));
    return agreed;
  }
};

engine::RegisterStep<Detect> const registered;

}  // namespace

}  // namespace pgdrill::steps
