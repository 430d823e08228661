// When to roll back, until when, and how: from what this run captured, restored and measured.
#include <fmt/format.h>

#include <algorithm>

#include "harness/base/json.hpp"
#include "reports/escape.hpp"
#include "reports/evidence_parts.hpp"
#include "reports/point_of_no_return.hpp"
#include "reports/recovery_manifest.hpp"

namespace pgdrill::reports {

namespace {

json::value const* fact(Run const& run, std::string const& name) {
  auto const found = run.facts.find(name);
  return found == run.facts.end() ? nullptr : &found->second;
}

/// A word of a shell command: journals may hold anything.
std::string shell_word(std::string const& text) {
  static constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/:=@+-";
  std::string const line = one_line(text, 300);
  if (!line.empty() && line.find_first_not_of(plain) == std::string::npos) return line;
  std::string quoted = "'";
  for (char const c : line) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string revert_commands(Run const& run) {
  json::value const* const migration = fact(run, "migration");
  if (migration == nullptr) return "";
  std::string const branch = shell_word(get_string(*migration, "branch", "main"));
  std::string text = "# 1. the change, out of Git (in a clone of GitRepository " +
                     one_line(get_string(*migration, "repository"), 200) + "); Flux applies it\n";
  text += "git fetch origin && git switch " + branch + " && git merge --ff-only origin/" + branch + "\n";
  text += "git revert --no-edit " + shell_word(get_string(*migration, "commit")) + " && git push origin " +
          branch + "\n";
  std::string const kustomization = get_string(*migration, "kustomization");
  if (!kustomization.empty())
    text += "flux -n " + shell_word(get_string(json::value(run.target), "namespace")) +
            " reconcile kustomization " + shell_word(kustomization) + " --with-source\n";
  return text;
}

/// For journals that hold no manifest.
std::string manifest_by_hand(Run const& run, json::value const& target) {
  std::string const cluster = get_string(json::value(run.target), "cluster");
  json::value const* const restore = fact(run, "restore");
  json::value const* const wanted = restore == nullptr ? nullptr : find(*restore, "recovery_target");
  json::object const fallback{{"backupID", get_string(target, "backup_id")},
                              {"targetName", get_string(target, "restore_point")}};
  std::string const recovery = json::serialize(wanted == nullptr ? json::value(fallback) : *wanted);
  std::string text =
      fmt::format("kubectl -n {} get cluster {} -o yaml > recovery-cluster.yaml\n",
                  shell_word(get_string(json::value(run.target), "namespace")), shell_word(cluster));
  text += "#    in it: metadata.name: " + recovered_name(run) +
          ", no status, no uid, and in the place of spec.bootstrap\n";
  text += "#    spec.bootstrap.recovery: {source: " + one_line(cluster, 200) +
          ", recoveryTarget: " + one_line(recovery, 500) + "}\n";
  return text + "#    with spec.externalClusters naming the object store that holds the base backup\n";
}

std::string restore_commands(Run const& run, json::value const& target) {
  json::value const scenario_target = run.target;
  std::string const ns = shell_word(get_string(scenario_target, "namespace"));
  std::string const service =
      get_string(scenario_target, "service", get_string(scenario_target, "cluster") + "-rw");
  std::string const name = shell_word(recovered_name(run));
  std::string text = "# 2. the data, into a new Cluster beside the damaged one, never in place\n";
  bool const by_hand = recovery_manifest(run).empty();
  text += by_hand ? manifest_by_hand(run, target)
                  : std::string("#    (recovery-cluster.yaml lies in this package)\n");
  text += fmt::format("kubectl -n {} create -f recovery-cluster.yaml\n", ns);
  text += fmt::format("kubectl -n {} wait --for=condition=Ready --timeout=30m cluster/{}\n", ns, name);
  text += "# 3. the application, to the restored Cluster (in Git, if Flux manages the Service)\n";
  text += fmt::format(
      "kubectl -n {} patch service {} --type merge -p "
      "'{{\"spec\":{{\"selector\":{{\"cnpg.io/cluster\":\"{}\"}}}}}}'\n",
      ns, shell_word(service), one_line(recovered_name(run), 200));
  text += "# 4. prove it again\npgdrill run " + shell_word(get_string(json::value(run.scenario), "file")) +
          " -n " + ns + "\n";
  return text;
}

double seconds_between(Nanoseconds from, Nanoseconds to) { return static_cast<double>(to - from) / 1e9; }

/// How long somebody may think: what the objective leaves when the rollback itself has taken its time.
std::string deadline(Run const& run, Verdict const& verdict) {
  if (!verdict.rto.measured || !verdict.rto.to) return "";
  Mark const* const decided = run.mark("decided");
  double const whole = seconds_between(verdict.rto.from, *verdict.rto.to);
  double const rollback =
      decided == nullptr ? whole : std::max(0.0, seconds_between(decided->t, *verdict.rto.to));
  std::string text = fmt::format(
      "<li><b>Decide no later than</b> {:.1f} s before the point of no return: so long the rollback took "
      "here, from the decision to right answers.",
      rollback);
  for (ObjectiveResult const& objective : verdict.objectives) {
    if (objective.name != "rto") continue;
    double const left = objective.limit - rollback;
    text += left > 0 ? fmt::format(
                           " To meet the RTO of {:.0f} s, decide within <b>{:.1f} s</b> of the first wrong "
                           "answer.",
                           objective.limit, left)
                     : fmt::format(" No decision is fast enough for the RTO of {:.0f} s.", objective.limit);
  }
  return text + " The person on call decides; after that moment go forward.</li>\n";
}

/// What a probe must show, how much of it and for how long.
std::string threshold(Run const& run, Verdict const& verdict, ProbeRecord const& probe) {
  double every = 0;
  for (Series const& series : run.series) {
    if (series.probe == probe.name && series.samples.size() > 1)
      every = seconds_between(series.samples[0].scheduled, series.samples[1].scheduled);
  }
  std::string const pause = every > 0 ? fmt::format(" ({:.1f} s apart)", every) : "";
  if (probe.kind == "digest") return "one table differs, and no migration may have changed it";
  if (probe.kind == "ledger") return "one acknowledged write is missing";
  if (probe.kind != "heartbeat") return "two wrong answers in a row" + pause;
  for (ObjectiveResult const& objective : verdict.objectives) {
    if (objective.name == "rto")
      return fmt::format("reads or writes fail for {:.1f} s, half of the RTO, without a break",
                         objective.limit / 2);
  }
  return "reads or writes fail for longer than a failover takes";
}

std::string thresholds(Run const& run, Verdict const& verdict) {
  std::string text = "<li><b>Roll back when</b> one of these holds:<ul>\n";
  for (ProbeRecord const& probe : run.probes)
    text += fmt::format("<li>probe {}: {}</li>\n", html(probe.name, 100), threshold(run, verdict, probe));
  return text + "</ul></li>\n";
}

std::string no_retention(PointOfNoReturn const& point) {
  std::string const who = point.retention_source.empty() ? "The Cluster" : html(point.retention_source);
  if (!point.retention_unknown.empty())
    return fmt::format("What {} says of retention could not be read ({}): look there. ", who,
                       html(point.retention_unknown));
  return who + " sets no retention policy: look at the object store's own. ";
}

std::string possible_until(Run const& run, Verdict const& verdict, json::value const& target) {
  PointOfNoReturn const point = point_of_no_return(run, verdict);
  std::string text = "<li><b>It is possible ";
  text += point.possible_until.empty()
              ? "as long as</b>"
              : fmt::format("at least until {}</b> (retention policy {}{}), and as long as",
                            html(point.possible_until), html(point.retention_policy),
                            point.retention_source.empty() ? "" : " of " + html(point.retention_source));
  text += fmt::format(
      " base backup <code>{}</code> and all WAL from it up to <code>{}</code> are kept in the object store. "
      "The first deletion of one of them is the point of no return. ",
      html(get_string(target, "backup_id")), html(get_string(target, "wal")));
  if (point.possible_until.empty()) text += no_retention(point);
  if (point.reached) {
    text += fmt::format("In this run it was {}: {}. ", *point.reached ? "<b>passed</b>" : "not reached",
                        html(point.evidence, 500));
  }
  return text + fmt::format("The target is {} (LSN <code>{}</code>, timeline {}).</li>\n",
                            html(get_string(target, "time")), html(get_string(target, "lsn")),
                            get_int(target, "timeline"));
}

}  // namespace

std::string rollback_conditions(Run const& run, Verdict const& verdict) {
  json::value const* const target = fact(run, "captured-target");
  if (target == nullptr) return "<p>No recovery target was captured: this run proves no way back.</p>\n";
  std::string text = "<ul>\n" + thresholds(run, verdict) + possible_until(run, verdict, *target);
  text += deadline(run, verdict);
  text +=
      "<li><b>It costs</b> every write after the target: what was acknowledged later is not in the restored "
      "Cluster.</li>\n</ul>\n<h3>The commands</h3>\n<pre tabindex=0>";
  return text + html(revert_commands(run) + restore_commands(run, *target)) + "</pre>\n";
}

}  // namespace pgdrill::reports
