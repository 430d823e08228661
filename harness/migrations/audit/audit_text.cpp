#include <fmt/format.h>

#include "harness/base/json.hpp"
#include "harness/base/text.hpp"
#include "harness/migrations/audit/audit.hpp"

namespace pgdrill::migrations {

namespace {

std::string run_text(Run const* run) {
  if (run == nullptr) return "none";
  std::string text = run->version;
  if (!run->name.empty() && run->name != run->version) text += "  " + run->name;
  if (run->state != RunState::applied) text += fmt::format("  ({})", name_of(run->state));
  if (!run->at.empty()) text += "  at " + run->at;
  if (!run->detail.empty()) text += ": " + split(run->detail, '\n').front();
  return text;
}

std::string history_text(AuditedHistory const& audited) {
  History const& history = audited.found.history;
  std::string text =
      fmt::format("\n{}  {}\n  last success  {}\n  last failure  {}\n", audited.found.tool->title,
                  history.table, run_text(history.last(RunState::applied)), run_text(history.last_failure()));
  std::size_t rows = 0;
  for (Run const& run : history.runs) rows += run.implied ? 0 : 1;
  text += fmt::format("  recorded      {}\n", rows);
  if (!audited.compared) return text + "  pending       not measured: name the files with --migrations\n";
  text += fmt::format("  pending       {} of {} files\n", audited.pending.size(), audited.files);
  for (MigrationFile const& file : audited.pending)
    text += fmt::format("    {}  {}\n", file.version, file.path);
  return text;
}

void add_remedy(std::string_view label, Remedy const& remedy, std::string& text) {
  if (remedy.empty()) return;
  if (remedy.statements.empty()) {
    text += fmt::format("    {} {}\n", label, remedy.advice);
    return;
  }
  std::string indent = std::string(label.size(), ' ');
  std::string_view prefix = label;
  for (std::string const& statement : remedy.statements) {
    text += fmt::format("    {} {};\n", prefix, statement);
    prefix = indent;
  }
  if (!remedy.advice.empty()) text += fmt::format("    {} -- {}\n", indent, remedy.advice);
}

std::string finding_text(Finding const& finding) {
  std::string text = fmt::format("\n{}: {} {} [{}]\n", name_of(finding.severity), finding.object,
                                 finding.message, finding.kind);
  if (finding.finish.statements == finding.undo.statements && !finding.finish.statements.empty()) {
    add_remedy("to mend: ", finding.finish, text);
  } else {
    add_remedy("to finish:", finding.finish, text);
    add_remedy("to undo:  ", finding.undo, text);
  }
  return text;
}

std::string list_of(std::vector<int> const& pids) {
  std::vector<std::string> words;
  for (int const pid : pids) words.push_back(std::to_string(pid));
  return join(words, ", ");
}

/// Who it is and, unless that is hidden, what it does.
std::string state_text(Backend const& backend) {
  std::string const application = backend.application.empty() ? "no application name" : backend.application;
  if (backend.hidden) return fmt::format("({}), what it does is hidden", application);
  return fmt::format("({}, from {}), {} for {} s{}", application, backend.client, backend.state,
                     fixed(backend.transaction_age, 1),
                     backend.wait.empty() ? "" : ", waits: " + backend.wait);
}

std::string backend_text(Backend const& backend) {
  std::string text =
      fmt::format("\nrunning: backend {} of {} {}\n", backend.pid, backend.user, state_text(backend));
  for (std::string const& reason : backend.reasons) text += fmt::format("    {}\n", reason);
  if (!backend.blocked_by.empty()) text += fmt::format("    is blocked by {}\n", list_of(backend.blocked_by));
  if (!backend.blocks.empty()) text += fmt::format("    blocks {}\n", list_of(backend.blocks));
  if (!backend.query.empty()) text += fmt::format("    query: {}\n", backend.query);
  return text +
         fmt::format(
             "    to finish: wait; it may still commit, although its client is dead\n    to undo:   SELECT "
             "pg_terminate_backend({});\n",
             backend.pid);
}

}  // namespace

std::string audit_text(Audit const& audit) {
  std::string text =
      fmt::format("{}, PostgreSQL {}, snapshot of {}\n", audit.database, audit.server, audit.at);
  if (audit.histories.empty()) text += "\nno migration history of a known tool\n";
  for (AuditedHistory const& history : audit.histories) text += history_text(history);
  for (Finding const& finding : audit.findings) text += finding_text(finding);
  for (Backend const& backend : audit.backends) text += backend_text(backend);
  return text + fmt::format("\n{} problems, {} warnings, {} pending, {} backends at work\n",
                            audit.count(Severity::problem), audit.count(Severity::warning), audit.pending(),
                            audit.backends.size());
}

}  // namespace pgdrill::migrations
