// When to roll back, until when, and how: from what this run captured, restored and measured.
#include <fmt/format.h>

#include <algorithm>

#include "harness/base/json.hpp"
#include "reports/escape.hpp"
#include "reports/evidence_parts.hpp"

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
  std::string text = "# 1. the change, out of Git; Flux applies it\n";
  text += "git revert --no-edit " + shell_word(get_string(*migration, "commit")) + " && git push\n";
  std::string const kustomization = get_string(*migration, "kustomization");
  if (!kustomization.empty())
    text += "flux reconcile kustomization " + shell_word(kustomization) + " --with-source\n";
  return text;
}

std::string restore_commands(Run const& run, json::value const& target) {
  json::value const scenario_target = run.target;
  std::string const ns = shell_word(get_string(scenario_target, "namespace"));
  std::string const cluster = get_string(scenario_target, "cluster");
  std::string const service = get_string(scenario_target, "service", cluster + "-rw");
  json::value const* const restore = fact(run, "restore");
  json::value const* const wanted = restore == nullptr ? nullptr : find(*restore, "recovery_target");
  json::object const fallback{{"backupID", get_string(target, "backup_id")},
                              {"targetName", get_string(target, "restore_point")}};
  std::string const recovery = json::serialize(wanted == nullptr ? json::value(fallback) : *wanted);
  std::string text = "# 2. the data, into a new Cluster beside the damaged one, never in place:\n";
  text +=
      fmt::format("kubectl -n {} get cluster {} -o yaml > recovery-cluster.yaml\n", ns, shell_word(cluster));
  text += "#    in it: metadata.name: RECOVERED, no status, no uid, and in the place of spec.bootstrap\n";
  text += "#    spec.bootstrap.recovery: {source: " + one_line(cluster, 200) +
          ", recoveryTarget: " + one_line(recovery, 500) + "}\n";
  text += "#    with spec.externalClusters naming the object store that holds the base backup\n";
  text += fmt::format("kubectl -n {} apply -f recovery-cluster.yaml\n", ns);
  text += fmt::format("kubectl -n {} wait --for=condition=Ready --timeout=30m cluster/RECOVERED\n", ns);
  text += "# 3. the application, to the restored Cluster\n";
  text += fmt::format(
      "kubectl -n {} patch service {} --type merge -p "
      "'{{\"spec\":{{\"selector\":{{\"cnpg.io/cluster\":\"RECOVERED\"}}}}}}'\n",
      ns, shell_word(service));
  text += "# 4. prove it again\npgdrill run " + shell_word(get_string(json::value(run.scenario), "file")) +
          " -n " + ns + "\n";
  return text;
}

std::string deadline(Verdict const& verdict) {
  if (!verdict.rto.measured || !verdict.rto.to) return "";
  double const rto = static_cast<double>(*verdict.rto.to - verdict.rto.from) / 1e9;
  Nanoseconds detection = 0;
  for (Phase const& phase : verdict.phases) {
    if (phase.name == "detect") detection = phase.to - phase.from;
  }
  return fmt::format(
      "<li><b>Decide no later than</b> the point of no return minus {:.1f} s: {:.1f} s for the rollback as "
      "measured "
      "here, and {:.1f} s to notice. The person on call decides; after that moment go forward.</li>\n",
      rto + static_cast<double>(detection) / 1e9, rto, static_cast<double>(detection) / 1e9);
}

std::string thresholds(Run const& run) {
  std::string text = "<li><b>Roll back when</b> one of these holds:<ul>\n";
  for (ProbeRecord const& probe : run.probes) {
    std::string_view const what =
        probe.kind == "digest"              ? "a table differs and no migration may have changed it"
        : probe.kind == "application-query" ? "the application's query gives a wrong answer twice in a row"
        : probe.kind == "ledger"            ? "an acknowledged write is missing"
        : probe.kind == "heartbeat"         ? "reads or writes fail for longer than a failover takes"
                                            : "it reports a wrong answer";
    text += fmt::format("<li>probe {}: {}</li>\n", html(probe.name, 100), what);
  }
  return text + "</ul></li>\n";
}

}  // namespace

std::string rollback_conditions(Run const& run, Verdict const& verdict) {
  json::value const* const target = fact(run, "captured-target");
  if (target == nullptr) return "<p>No recovery target was captured: this run proves no way back.</p>\n";
  std::string text = "<ul>\n" + thresholds(run);
  text += fmt::format(
      "<li><b>It is possible as long as</b> base backup <code>{}</code> and all WAL from it up to "
      "<code>{}</code> "
      "are kept in the object store. The retention policy's first passing over them is the point of no "
      "return. The "
      "target is {} (LSN <code>{}</code>, timeline {}).</li>\n",
      html(get_string(*target, "backup_id")), html(get_string(*target, "wal")),
      html(get_string(*target, "time")), html(get_string(*target, "lsn")), get_int(*target, "timeline"));
  text += deadline(verdict);
  text +=
      "<li><b>It costs</b> every write after the target: what was acknowledged later is not in the restored "
      "Cluster.</li>\n</ul>\n<h3>The commands</h3>\n<pre tabindex=0>";
  return text + html(revert_commands(run) + restore_commands(run, *target)) + "</pre>\n";
}

}  // namespace pgdrill::reports
