// Content of every table: as a state to capture and compare, and continuously against a captured target.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "harness/base/text.hpp"
#include "harness/engine/facts.hpp"
#include "probes/digest_snapshot.hpp"
#include "probes/load_limits.hpp"
#include "probes/sampling.hpp"

namespace pgdrill::probes {

namespace {

constexpr std::string_view state_name = "digest";

class DigestState final : public engine::StateProbe {
 public:
  static scenario::Declaration describe() {
    return {
        .name = std::string(state_name),
        .summary = "Content of every table outside pgdrill's own schema, independent of the order of rows"};
  }
  bool keep_within(engine::LoadLimits const& limits) override {
    probes::limit(limits_, limits);
    return true;
  }
  Task<Result<json::object>> capture(postgres::ConnectionParameters database) override {
    return capture_digest(std::move(database), true, limits_);
  }
  Task<Result<json::object>> capture_against(postgres::ConnectionParameters database,
                                             json::object const& before) override {
    return capture_digest(std::move(database), true, limits_, &before);
  }
  std::vector<engine::Difference> compare(json::object const& before,
                                          json::object const& after) const override {
    return compare_digests(before, after);
  }
  std::vector<engine::Difference> compare_but_for(json::object const& before, json::object const& after,
                                                  ExpectedChanges const& expected) const override {
    return compare_digests(before, after, expected);
  }

 private:
  DigestLimits limits_;
};

json::object const* digest_in(json::value const& target) {
  auto const* const digest = member(find(target, "state"), state_name);
  return digest != nullptr && digest->is_object() ? &digest->as_object() : nullptr;
}

/// The captured target of that name that has a digest, or the first one when no name is given; null before
/// any was captured.
json::value const* captured(engine::RunContext const& context, std::string const& target) {
  std::string const wanted = engine::facts::target(target);
  for (auto at = context.facts.lower_bound(wanted); at != context.facts.end(); ++at) {
    if (target.empty() ? !at->first.starts_with(wanted) : at->first != wanted) break;
    if (digest_in(at->second) != nullptr) return &at->second;
  }
  return nullptr;
}

class Digest final : public engine::Probe {
 public:
  static scenario::Declaration describe() {
    using scenario::ParameterType;
    auto parameters = common_parameters("500ms", "5s");
    parameters.push_back({"target", ParameterType::text, false, "",
                          "captured target to compare with; default: the first one captured"});
    parameters.push_back(
        {"expected", ParameterType::text_list, false, "[]",
         "changes that are declared and no difference at all: schema.table (anything in it), "
         "schema.table.column (values of that column), schema.table+ (new rows)"});
    for (auto& limit : load_parameters()) parameters.push_back(std::move(limit));
    parameters.push_back({"authorised", ParameterType::text_list, false, "[public.schema_migrations]",
                          "tables whose content may change; their differences are findings, but not wrong"});
    return {.name = std::string(state_name),
            .summary =
                "Compares the content of every table with a captured target and names the rows that differ",
            .parameters = std::move(parameters),
            .permissions = database_permissions()};
  }

  Task<Result<>> prepare(engine::RunContext& context, scenario::ProbeSpec const& spec) override {
    CO_TRY(database_, co_await context.databases.reach(service_of(context, spec), secret_of(context, spec),
                                                       context.target.database));
    if (spec.parameters.boolean("prefer_replica")) {
      auto replica = co_await context.databases.reach(context.target.cluster + "-ro",
                                                      secret_of(context, spec), context.target.database);
      if (replica) replica_ = *std::move(replica);
    }
    limit(limits_, load_limits(spec.parameters));
    expected_ = spec.parameters.texts("expected");
    // A digest that cannot be made (no right to read a table) must be known before anything is broken.
    CO_TRY_VOID(co_await capture_digest(database_, false, limits_));
    co_return Result<>();
  }

  Task<> run(engine::RunContext& context, scenario::ProbeSpec const& spec) override {
    limits_.statement = spec.parameters.duration("timeout");
    limits_.whole = limits_.statement;
    for (auto const& table : spec.parameters.texts("authorised")) authorised_.push_back("table " + table);
    Sampler sampler(context, spec.name, "digest", spec.parameters.duration("every"));
    while (true) {
      co_await sampler.wait();
      if (!find_baseline(context, spec.parameters.text("target"))) {
        sampler.skip();
        continue;
      }
      auto differences = co_await examine(*baseline_);
      if (!differences) {
        sampler.record(failed_outcome(differences.error()));
        continue;
      }
      sampler.record(report(context, spec.name, *differences));
    }
  }

 private:
  /// Looks for the rows only when a table's digest is another one than at the last look.
  Task<Result<std::vector<engine::Difference>>> examine(json::object const& before) {
    CO_TRY(auto now, co_await capture(false, before));
    if (same_content(before, now)) {
      examined_.reset();
      co_return std::vector<engine::Difference>();
    }
    if (examined_ && same_content(*examined_, now)) co_return differences_;
    CO_TRY(auto detailed, co_await capture(true, before));
    differences_ = compare_digests(before, detailed, expected_);
    examined_ = std::move(detailed);
    co_return differences_;
  }

  Task<Result<json::object>> capture(bool details, json::object const& before) {
    if (replica_) {
      auto from_replica = co_await capture_digest(*replica_, details, limits_, &before);
      if (from_replica) co_return from_replica;
    }
    co_return co_await capture_digest(database_, details, limits_, &before);
  }

  /// Keeps a copy, since steps may change facts while a look at the database is under way. What the target
  /// declares is declared here too.
  bool find_baseline(engine::RunContext const& context, std::string const& target) {
    if (baseline_) return true;
    auto const* const found = captured(context, target);
    if (found == nullptr) return false;
    baseline_ = *digest_in(*found);
    if (auto const* const declared = find(*found, "expected")) {
      for (auto const& change : declared->as_array()) expected_.emplace_back(change.as_string());
    }
    return true;
  }

  bool is_authorised(engine::Difference const& difference) const {
    return std::ranges::find(authorised_, difference.object) != authorised_.end();
  }

  /// Writes findings when they are others than before; the fact holds the unauthorised ones of now.
  Outcome report(engine::RunContext& context, std::string const& probe,
                 std::vector<engine::Difference> const& differences) {
    json::array unauthorised;
    std::vector<std::string> words;
    for (auto const& difference : differences) {
      bool const authorised = is_authorised(difference);
      json::object finding = {{"object", difference.object},
                              {"what", difference.what},
                              {"count", difference.count},
                              {"rows", json::value_from(difference.rows)}};
      if (!authorised) {
        unauthorised.push_back(finding);
        words.push_back(difference.object + ": " + difference.what);
      }
      finding["probe"] = probe;
      finding["authorised"] = authorised;
      std::string const text = canonical(finding);
      if (reported_.insert(text).second) context.journal.write("finding", std::move(finding));
    }
    if (differences.empty()) reported_.clear();
    bool const right = unauthorised.empty();
    context.facts[engine::facts::finding(probe)] = std::move(unauthorised);
    return {
        .status = right ? SampleStatus::right : SampleStatus::wrong, .value = join(words, "; "), .error = {}};
  }

  postgres::ConnectionParameters database_;
  std::optional<postgres::ConnectionParameters> replica_;
  DigestLimits limits_;
  ExpectedChanges expected_;
  std::optional<json::object> baseline_;
  std::vector<std::string> authorised_;
  std::optional<json::object> examined_;  ///< the last content that differed
  std::vector<engine::Difference> differences_;
  std::set<std::string> reported_;
};

engine::RegisterStateProbe<DigestState> const registered_state;
engine::RegisterProbe<Digest> const registered;

}  // namespace

}  // namespace pgdrill::probes
