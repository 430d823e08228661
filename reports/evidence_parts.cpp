#include "reports/evidence_parts.hpp"

#include <fmt/format.h>

#include "harness/base/json.hpp"
#include "reports/escape.hpp"

namespace pgdrill::reports {

namespace {

std::string value_text(json::value const& value) {
  if (value.is_string()) return std::string(value.get_string());
  return json::serialize(value);
}

/// A fact's plain members as rows; what is large (snapshots of states) is told by its size only.
std::vector<std::vector<std::string>> fact_rows(std::string const& name, json::value const& value) {
  std::vector<std::vector<std::string>> rows;
  if (!value.is_object()) return {{html(name), "", html(value_text(value), 400)}};
  for (auto const& entry : value.get_object()) {
    std::string const text = value_text(entry.value());
    bool const large = text.size() > 400;
    rows.push_back({html(name), html(entry.key()),
                    large ? fmt::format("<span class=soft>{} bytes, in journal.jsonl</span>", text.size())
                          : "<code>" + html(text) + "</code>"});
  }
  return rows;
}

json::value const* captured_target(Run const& run) {
  auto const found = run.facts.find("captured-target");
  return found == run.facts.end() ? nullptr : &found->second;
}

}  // namespace

std::string status_word(std::string const& status) {
  return fmt::format("<span class=\"{0}\">{0}</span>", html(one_line(status, 30)));
}

std::string html_table(std::vector<std::string> const& header,
                       std::vector<std::vector<std::string>> const& rows) {
  if (rows.empty()) return "";
  std::string text = "<div class=table><table><thead><tr>";
  for (std::string const& cell : header) text += "<th scope=col>" + cell + "</th>";
  text += "</tr></thead><tbody>\n";
  for (auto const& row : rows) {
    text += "<tr>";
    for (std::string const& cell : row) text += "<td>" + cell + "</td>";
    text += "</tr>\n";
  }
  return text + "</tbody></table></div>\n";
}

std::string rollback_conditions(Run const& run, Verdict const& verdict) {
  json::value const* const target = captured_target(run);
  if (target == nullptr) return "<p>No recovery target was captured: this run proves no way back.</p>\n";
  std::string const ns = get_string(json::value(run.target), "namespace");
  std::string const cluster = get_string(json::value(run.target), "cluster");
  std::string text = "<ul>\n";
  text +=
      "<li><b>Roll back when</b> an application query breaks its invariant, the digest of a table differs "
      "without an "
      "authorised change, or an objective of this drill is missed in production.</li>\n";
  text += fmt::format(
      "<li><b>It is possible as long as</b> base backup <code>{}</code> and all WAL from it up to "
      "<code>{}</code> are kept in the object store (retention policy), at the captured target {} (LSN "
      "<code>{}</code>, "
      "timeline {}).</li>\n",
      html(get_string(*target, "backup_id")), html(get_string(*target, "wal")),
      html(get_string(*target, "time")), html(get_string(*target, "lsn")), get_int(*target, "timeline"));
  text +=
      "<li><b>It costs</b> every write after that moment: what was acknowledged later is not in the restored "
      "cluster.</li>\n";
  if (verdict.rto.measured && verdict.rto.to) {
    text +=
        fmt::format("<li><b>It takes</b> about {:.1f} s with this amount of data, as measured here.</li>\n",
                    static_cast<double>(*verdict.rto.to - verdict.rto.from) / 1e9);
  }
  text += "</ul>\n<p>The commands:</p>\n<pre>";
  auto const migration = run.facts.find("migration");
  if (migration != run.facts.end()) {
    text +=
        html(fmt::format("git revert --no-edit {} && git push\n", get_string(migration->second, "commit")));
  }
  text +=
      html(fmt::format("# a new Cluster, never in place:\n#   spec.bootstrap.recovery.recoveryTarget: "
                       "{{backupID: {}, targetName: {}}}\n"
                       "kubectl -n {} apply -f recovery-cluster.yaml\nkubectl -n {} wait "
                       "--for=condition=Ready cluster/RECOVERED\n"
                       "kubectl -n {} patch service {} --type merge -p "
                       "'{{\"spec\":{{\"selector\":{{\"cnpg.io/cluster\":\"RECOVERED\"}}}}}}'\n",
                       get_string(*target, "backup_id"), get_string(*target, "restore_point"), ns, ns, ns,
                       get_string(json::value(run.target), "service", cluster + "-rw")));
  return text + "</pre>\n";
}

std::string facts_section(Run const& run) {
  std::vector<std::vector<std::string>> rows;
  for (auto const& [name, value] : run.facts) {
    bool const live =
        name.starts_with("last:") || name.starts_with("writes:") || name.starts_with("finding:");
    if (live) continue;
    auto const more = fact_rows(name, value);
    rows.insert(rows.end(), more.begin(), more.end());
  }
  return html_table({"Fact", "Field", "Value"}, rows);
}

}  // namespace pgdrill::reports
