#include "harness/steps/verify_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "harness/base/text.hpp"
#include "harness/engine/facts.hpp"
#include "harness/steps/markers.hpp"
#include "harness/steps/waiting.hpp"
#include "probes/ledger_log.hpp"

namespace pgdrill::steps {

namespace {

constexpr std::size_t most_details = 20;
constexpr Duration sample_poll = std::chrono::milliseconds(50);
/// An application keeps its pooled connections for a while: so long it may take until it answers from the
/// restored data.
constexpr Duration longest_settling = std::chrono::seconds(5);

/// So much of the step's time may go into a look as the superuser.
constexpr int share_of_superuser = 4;

std::vector<std::string> each_once(std::vector<std::string> all) {
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

std::string describe_difference(engine::Difference const& difference) {
  std::string text = difference.object + ": " + difference.what;
  if (!difference.rows.empty()) text += " (" + join(difference.rows, ", ") + ")";
  if (!difference.mend.empty()) text += "; back by: " + difference.mend;
  return text;
}

Task<Result<postgres::ConnectionParameters>> reach(engine::RunContext& context) {
  return context.databases.reach(context.target.service, context.target.secret, context.target.database);
}

std::string list(std::string_view what, std::vector<std::int64_t> const& sequences) {
  std::string text;
  for (std::size_t i = 0; i < sequences.size() && i < most_details; ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(sequences[i]);
  }
  return fmt::format("{} {}: {}", sequences.size(), what, text);
}

std::vector<std::int64_t> united(std::vector<std::int64_t> const& one,
                                 std::vector<std::int64_t> const& other) {
  std::vector<std::int64_t> all;
  std::ranges::set_union(one, other, std::back_inserter(all));
  return all;
}

}  // namespace

std::vector<std::string> ledger_probes(engine::RunContext const& context) {
  std::string const prefix = engine::facts::writes("");
  std::vector<std::string> names;
  for (auto const& [name, value] : context.facts) {
    if (name.starts_with(prefix)) names.push_back(name.substr(prefix.size()));
  }
  return names;
}

std::vector<std::string> names_of_check(std::string const& check, std::string const& reference,
                                        std::vector<std::string> const& ledgers) {
  if (check == "markers") return {"markers"};
  if (check == "ledger") return {"application's invariant"};
  if (check == "history") return {"migration history"};
  if (check == "backup") return {"restored cluster can be restored"};
  if (check == "reference") return {"content equals that of Cluster " + reference};
  if (check != "writes") return {check + " equals the captured one"};
  if (ledgers.size() < 2) return {"acknowledged writes"};
  std::vector<std::string> names;
  for (std::string const& ledger : ledgers) names.push_back("acknowledged writes of " + ledger);
  return names;
}

std::vector<std::string> declared_changes(Verification const& verification) {
  std::vector<std::string> all;
  auto const* const list = verification.captured.if_contains("expected");
  if (list == nullptr || !list->is_array()) return all;
  for (auto const& one : list->get_array()) all.emplace_back(one.as_string());
  return all;
}

std::vector<std::string> told(std::vector<std::string> const& expected) {
  std::vector<std::string> all;
  for (std::string const& change : expected) all.push_back(change + ": its changes are declared");
  return all;
}

Task<Result<bool>> check_state(Verification& verification, std::string probe) {
  engine::RunContext& context = verification.context;
  auto const* const entry = engine::find_entry(engine::state_probes(), probe);
  json::value const whole(verification.captured);
  json::value const* const before = find(whole, "state." + probe);
  if (entry == nullptr || before == nullptr || !before->is_object()) {
    co_return fail({.kind = ErrorKind::internal, .what = "no captured state of " + probe});
  }
  CO_TRY(StateSnapshot snapshot,
         co_await read_state(context, *entry, verification.reading, &before->get_object()));
  verification.read_through[probe] = snapshot.service;
  json::object now = std::move(snapshot.content);
  std::unique_ptr<engine::StateProbe> const state = entry->make();
  now = co_await state->complete(std::move(now), superuser_of(context, verification.cluster),
                                 verification.timeout / share_of_superuser);
  std::vector<std::string> const expected = declared_changes(verification);
  std::vector<engine::Difference> const differences =
      state->compare_but_for(before->get_object(), now, expected);
  std::vector<std::string> details;
  for (engine::Difference const& difference : differences) {
    if (details.size() < most_details) details.push_back(describe_difference(difference));
  }
  std::string const observed =
      differences.empty() ? "as captured" : fmt::format("{} differences", differences.size());
  std::string const subject = probe == "digest" ? "data" : "schema";
  std::vector<std::string> unseen = engine::not_examined_in(before->get_object());
  std::ranges::move(engine::not_examined_in(now), std::back_inserter(unseen));
  if (probe == "digest") std::ranges::move(told(expected), std::back_inserter(unseen));
  co_return context.check(verification.names.front(), subject, verification.step, differences.empty(),
                          "as captured", observed, details, each_once(std::move(unseen)));
}

Task<Result<bool>> check_markers(Verification& verification) {
  engine::RunContext& context = verification.context;
  CO_TRY(std::string const answer,
         co_await context.databases.superuser(verification.cluster, context.target.database,
                                              markers_sql(context.run_id)));
  std::vector<std::string> const names = split(trim(answer), '\n');
  json::value const whole(verification.captured);
  auto const there = [&](std::string_view field) {
    return std::find(names.begin(), names.end(), get_string(whole, field)) != names.end();
  };
  bool const before = there("marker_before");
  bool const after = there("marker_after");
  co_return context.check(
      verification.names.front(), "marker", verification.step, before && !after,
      "the one before the target, not the one after it",
      fmt::format("before: {}, after: {}", before ? "there" : "missing", after ? "there" : "absent"));
}

Task<Result<bool>> check_application(Verification& verification) {
  engine::RunContext& context = verification.context;
  std::string const fact = engine::facts::last_sample(verification.application);
  std::int64_t const begun = context.journal.elapsed_ns();
  Monotonic const end = std::chrono::steady_clock::now() + longest_settling;
  std::string status;
  while (status != "right" && std::chrono::steady_clock::now() < end) {
    co_await sleep_for(sample_poll);
    auto const last = context.facts.find(fact);
    bool const fresh = last != context.facts.end() && get_int(last->second, "t_ns") > begun;
    if (fresh) status = get_string(last->second, "status");
  }
  if (status == "right" || status == "wrong") {
    co_return context.check(verification.names.front(), "ledger", verification.step, status == "right",
                            "right", status);
  }
  co_return fail({.kind = ErrorKind::timeout,
                  .what = "the application's invariant could not be decided",
                  .why = "probe " + verification.application + " gave no answer"});
}

Task<Result<bool>> check_history(Verification& verification) {
  engine::RunContext& context = verification.context;
  CO_TRY(std::string const now, co_await read_history(context, verification.cluster, verification.history));
  std::string const before = get_string(json::value(verification.captured), "history");
  co_return context.check(verification.names.front(), "history", verification.step, now == before, before,
                          now);
}

namespace {

std::vector<std::string> anomalies_of(probes::LedgerVerdict const& verdict) {
  std::vector<std::string> details;
  if (!verdict.lost.empty()) details.push_back(list("lost", verdict.lost));
  if (!verdict.resurrected.empty()) details.push_back(list("resurrected", verdict.resurrected));
  if (!verdict.duplicated.empty()) details.push_back(list("duplicated", verdict.duplicated));
  if (!verdict.altered.empty()) details.push_back(list("altered", verdict.altered));
  if (!verdict.split_brain.empty())
    details.push_back(list("acknowledged by a server that was replaced", verdict.split_brain));
  return details;
}

/// The ledger goes on writing: what it sends after this moment is not looked at.
std::int64_t last_to_judge(engine::RunContext const& context, std::string const& probe) {
  auto const fact = context.facts.find(engine::facts::writes(probe));
  return fact == context.facts.end() ? 0 : get_int(fact->second, "sent") - 1;
}

/// What the records of all ledgers tell together; each of them alone may look right.
Result<std::map<std::string, std::vector<std::int64_t>>> split_brain_of_all(
    engine::RunContext const& context, std::vector<std::string> const& probes) {
  std::vector<std::shared_ptr<probes::LedgerLogReader>> readers;
  std::vector<probes::LedgerWriter> writers;
  for (std::string const& probe : probes) {
    readers.push_back(std::make_shared<probes::LedgerLogReader>(context.evidence_directory, probe));
    writers.push_back({probe, probes::until(readers.back(), last_to_judge(context, probe))});
  }
  auto found = probes::find_split_brain(std::move(writers));
  for (auto const& reader : readers) {
    if (reader->problem()) return fail(*reader->problem());
  }
  return found;
}

/// Where a target and the cut-over to its restored Cluster lie in the writes of a probe; empty when the
/// target knows none of them.
probes::LedgerBoundary boundary_of(engine::RunContext const& context, json::value const& captured,
                                   std::string const& probe, std::string const& cluster) {
  auto const* const own = member(find(captured, "writes"), probe);
  if (own == nullptr) return {};
  probes::LedgerBoundary boundary{.last_before = get_int(*own, "last_before"),
                                  .first_after = get_int(*own, "first_after")};
  probes::LedgerLogReader reader(context.evidence_directory, probe);
  auto const next = [&reader] { return reader.next(); };
  boundary.resumed_from = probes::resumed_from(next, boundary.first_after, cluster);
  return boundary;
}

/// Restores before that of `cluster` to which clients were led.
std::vector<probes::LedgerBoundary> earlier_rollbacks(engine::RunContext const& context,
                                                      std::string const& probe, std::string const& cluster) {
  std::vector<probes::LedgerBoundary> all;
  auto const restores = context.facts.find(std::string(engine::facts::restores));
  if (restores == context.facts.end()) return all;
  for (json::value const& restore : restores->second.as_array()) {
    std::string const restored = get_string(restore, "cluster");
    if (restored == cluster) break;
    auto const target = context.facts.find(engine::facts::target(get_string(restore, "target")));
    if (target == context.facts.end()) continue;
    probes::LedgerBoundary const boundary = boundary_of(context, target->second, probe, restored);
    if (boundary.resumed_from > 0) all.push_back(boundary);
  }
  return all;
}

/// One writer's record against the rows that are there.
/// @param split_brain writes of it that a replaced server acknowledged, by the records of all writers
Task<Result<bool>> judge_writer(Verification& verification, std::string probe,
                                std::vector<std::int64_t> split_brain) {
  engine::RunContext& context = verification.context;
  std::int64_t const last = last_to_judge(context, probe);
  CO_TRY(postgres::ConnectionParameters database, co_await reach(context));
  probes::LedgerBoundary boundary =
      boundary_of(context, json::value(verification.captured), probe, verification.cluster);
  if (boundary.last_before == 0) {
    co_return fail({.kind = ErrorKind::refused,
                    .what = "nothing to compare",
                    .where = "probe " + probe,
                    .why = "no write was acknowledged before the target was captured"});
  }
  boundary.earlier = earlier_rollbacks(context, probe, verification.cluster);
  CO_TRY(probes::LedgerVerdict verdict,
         co_await probes::judge_ledger(std::move(database), context.evidence_directory, context.run_id, probe,
                                       boundary, last));
  verdict.split_brain = united(verdict.split_brain, split_brain);
  context.journal.write("ledger-verdict", probes::to_json(verdict, probe));
  std::vector<std::string> const details = anomalies_of(verdict);
  std::string const observed =
      details.empty() ? fmt::format("{} there, {} rightly absent", verdict.present, verdict.rightly_absent)
                      : join(details, "; ");
  co_return context.check(verification.names.at(verification.written++), "writes", verification.step,
                          verdict.clean(), "each there, or rightly absent", observed, details);
}

}  // namespace

Task<Result<bool>> check_writes(Verification& verification) {
  std::vector<std::string> const probes = ledger_probes(verification.context);
  if (probes.empty()) {
    co_return fail({.kind = ErrorKind::usage,
                    .what = "no ledger of acknowledged writes",
                    .todo = "add the probe ledger"});
  }
  CO_TRY(auto split_brain, split_brain_of_all(verification.context, probes));
  bool right = true;
  for (std::string const& probe : probes) {
    CO_TRY(bool const one, co_await judge_writer(verification, probe, split_brain[probe]));
    right = right && one;
  }
  co_return right;
}

}  // namespace pgdrill::steps
