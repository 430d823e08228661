#include "harness/migrations/review/output.hpp"

namespace pgdrill::review {

namespace {

json::object place_json(SqlFile const& file, std::size_t offset) {
  SqlFile::Place const place = file.place(offset);
  return {{"line", place.line}, {"column", place.column}};
}

json::object effect_json(Action const& action, Effect const& effect) {
  json::array locks;
  for (TableLock const& lock : effect.locks)
    locks.push_back(json::object{
        {"table", lock.table.text()}, {"lock", name_of(lock.lock)}, {"blocks", blocks(lock.lock)}});
  json::object out{{"kind", name_of(action.kind)}};
  if (!action.table.empty()) out["table"] = action.table.text();
  if (!action.column.empty()) out["column"] = action.column;
  if (!action.name.empty()) out["name"] = action.name;
  out["locks"] = std::move(locks);
  out["cost"] = name_of(effect.cost);
  out["cost_reason"] = effect.cost_reason;
  out["uncertain"] = effect.uncertain;
  out["breaks_former_version"] = effect.breaks_old;
  out["next_version_needs_it"] = effect.breaks_new;
  json::array dependants;
  for (std::string const& one : effect.dependants) dependants.emplace_back(one);
  out["dependants"] = std::move(dependants);
  out["undo"] = name_of(effect.undo);
  out["undo_how"] = effect.undo_how;
  out["transaction_safe"] = !effect.needs_no_transaction;
  return out;
}

json::object statement_json(SqlFile const& file, StatementReview const& statement) {
  json::array actions;
  for (std::size_t i = 0; i < statement.actions.size(); ++i)
    actions.push_back(effect_json(statement.actions[i], statement.effects[i]));
  json::object out = place_json(file, statement.offset);
  out["kind"] = statement.kind;
  out["verdict"] = name_of(statement.verdict);
  out["actions"] = std::move(actions);
  return out;
}

json::object section_json(SqlFile const& file, SectionReview const& section) {
  json::array statements;
  for (StatementReview const& statement : section.statements)
    statements.push_back(statement_json(file, statement));
  Rollback const& rollback = section.rollback;
  json::object safety{{"former_version_works", rollback.former_version_fails.empty()},
                      {"former_version_fails", rollback.former_version_fails},
                      {"undone_without_backup", rollback.point_of_no_return == std::string::npos},
                      {"not_undone", rollback.not_undone}};
  if (rollback.point_of_no_return != std::string::npos)
    safety["point_of_no_return"] = place_json(file, rollback.point_of_no_return);
  return {{"direction", section.direction == Direction::up ? "up" : "down"},
          {"verdict", name_of(section.verdict)},
          {"rollback", std::move(safety)},
          {"statements", std::move(statements)}};
}

}  // namespace

std::string as_json(ReviewReport const& report) {
  json::array files;
  for (FileReview const& file : report.files) {
    json::array findings;
    for (Finding const& finding : file.findings) {
      json::object one = place_json(*file.file, finding.offset);
      one["rule"] = finding.rule;
      one["severity"] = name_of(finding.severity);
      one["message"] = finding.message;
      one["instead"] = finding.help;
      findings.push_back(std::move(one));
    }
    json::array sections;
    for (SectionReview const& section : file.sections) sections.push_back(section_json(*file.file, section));
    files.push_back(json::object{{"path", file.file->path},
                                 {"tool", file.file->tool},
                                 {"findings", std::move(findings)},
                                 {"suppressed", file.suppressed},
                                 {"sections", std::move(sections)}});
  }
  // Machines read it, and of a whole repository it is megabytes: without indentation.
  return json::serialize(json::object{{"format", "pgdrill-review/1"},
                                      {"verdict", name_of(report.verdict())},
                                      {"statements", report.statements},
                                      {"unparsed", report.unparsed},
                                      {"errors", report.count(Severity::error)},
                                      {"warnings", report.count(Severity::warning)},
                                      {"notes", report.count(Severity::note)},
                                      {"files", std::move(files)}}) +
         "\n";
}

}  // namespace pgdrill::review
