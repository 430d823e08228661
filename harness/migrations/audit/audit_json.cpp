#include "harness/migrations/audit/audit.hpp"

namespace pgdrill::migrations {

namespace {

json::value run_json(Run const* run) {
  if (run == nullptr) return nullptr;
  json::object object{{"version", run->version}, {"name", run->name}, {"state", name_of(run->state)}};
  object["at"] = run->at.empty() ? json::value(nullptr) : json::value(run->at);
  if (!run->checksum.empty()) object["checksum"] = run->checksum;
  if (!run->detail.empty()) object["detail"] = run->detail;
  if (run->implied) object["implied"] = true;
  return object;
}

json::object history_json(AuditedHistory const& audited) {
  History const& history = audited.found.history;
  json::array runs;
  for (Run const& run : history.runs) runs.push_back(run_json(&run));
  json::object object{{"tool", history.tool},
                      {"table", history.table},
                      {"last_success", run_json(history.last(RunState::applied))},
                      {"last_failure", run_json(history.last_failure())},
                      {"runs", std::move(runs)}};
  if (!audited.compared) {
    object["pending"] = nullptr;  // not measured
    return object;
  }
  json::array pending;
  for (MigrationFile const& file : audited.pending)
    pending.push_back({{"version", file.version}, {"name", file.name}, {"path", file.path}});
  object["pending"] = std::move(pending);
  object["files"] = audited.files;
  return object;
}

json::object remedy_json(Remedy const& remedy) {
  json::array statements;
  for (std::string const& statement : remedy.statements) statements.emplace_back(statement);
  return {{"statements", std::move(statements)}, {"advice", remedy.advice}};
}

json::object finding_json(Finding const& finding) {
  return {{"severity", name_of(finding.severity)},
          {"kind", finding.kind},
          {"object", finding.object},
          {"message", finding.message},
          {"finish", remedy_json(finding.finish)},
          {"undo", remedy_json(finding.undo)}};
}

json::array numbers(std::vector<int> const& pids) {
  json::array list;
  for (int const pid : pids) list.emplace_back(pid);
  return list;
}

json::object backend_json(Backend const& backend) {
  json::array reasons;
  for (std::string const& reason : backend.reasons) reasons.emplace_back(reason);
  return {{"pid", backend.pid},
          {"user", backend.user},
          {"application", backend.application},
          {"client", backend.client},
          {"state", backend.state},
          {"wait", backend.wait},
          {"transaction_age_ms", static_cast<std::int64_t>(backend.transaction_age * 1000)},
          {"query", backend.query},
          {"hidden", backend.hidden},
          {"reasons", std::move(reasons)},
          {"blocked_by", numbers(backend.blocked_by)},
          {"blocks", numbers(backend.blocks)}};
}

}  // namespace

json::object audit_json(Audit const& audit) {
  json::array histories;
  for (AuditedHistory const& history : audit.histories) histories.push_back(history_json(history));
  json::array findings;
  for (Finding const& finding : audit.findings) findings.push_back(finding_json(finding));
  json::array backends;
  for (Backend const& backend : audit.backends) backends.push_back(backend_json(backend));
  return {{"database", audit.database},
          {"server", audit.server},
          {"at", audit.at},
          {"problems", audit.count(Severity::problem)},
          {"warnings", audit.count(Severity::warning)},
          {"histories", std::move(histories)},
          {"findings", std::move(findings)},
          {"backends", std::move(backends)}};
}

}  // namespace pgdrill::migrations
