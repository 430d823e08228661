#include <fmt/format.h>

#include <algorithm>

#include "harness/migrations/review/lock_text.hpp"
#include "harness/migrations/review/output.hpp"

namespace pgdrill::review {

namespace {

struct Colors {
  std::string_view error, warning, note, bold, end;
};
Colors colors(bool on) {
  return on ? Colors{"\033[1;31m", "\033[1;33m", "\033[1;36m", "\033[1m", "\033[0m"} : Colors{};
}

std::string_view color_of(Severity severity, Colors const& colors) {
  if (severity == Severity::error) return colors.error;
  return severity == Severity::warning ? colors.warning : colors.note;
}

/// The line and a caret line below it; a tab stays a tab so that the caret stands where it should.
std::string excerpt(SqlFile const& file, Finding const& finding) {
  SqlFile::Place const place = file.place(finding.offset);
  std::string_view const line = file.line_at(finding.offset);
  std::string indent(line.substr(0, std::min(place.column - 1, line.size())));
  std::replace_if(indent.begin(), indent.end(), [](char c) { return c != '\t'; }, ' ');
  std::size_t const room = line.size() > place.column ? line.size() - place.column + 1 : 1;
  return fmt::format("{:>5} | {}\n      | {}^{}\n", place.line, line, indent,
                     std::string(std::min(finding.length, room) - 1, '~'));
}

std::string finding_text(SqlFile const& file, Finding const& finding, Colors const& colors) {
  SqlFile::Place const place = file.place(finding.offset);
  return fmt::format("{}{}:{}:{}:{} {}{}:{} {} [{}]\n{}      = instead: {}\n", colors.bold, file.path,
                     place.line, place.column, colors.end, color_of(finding.severity, colors),
                     name_of(finding.severity), colors.end, finding.message, finding.rule,
                     excerpt(file, finding), finding.help);
}

std::string statement_text(SqlFile const& file, StatementReview const& statement, Colors const& colors) {
  SqlFile::Place const place = file.place(statement.offset);
  std::string out =
      fmt::format("{}{}:{}:{}:{} {}: {}\n", colors.bold, file.path, place.line, place.column, colors.end,
                  statement.kind.empty() ? "not parsed" : statement.kind, name_of(statement.verdict));
  for (std::size_t i = 0; i < statement.actions.size(); ++i) {
    Effect const& effect = statement.effects[i];
    out += fmt::format("      {}: {}; undo: {}{}\n", name_of(statement.actions[i].kind), lock_text(effect),
                       name_of(effect.undo), effect.undo_how.empty() ? "" : " (" + effect.undo_how + ")");
    if (!effect.breaks_old.empty())
      out += fmt::format("        breaks the former version: {}\n", effect.breaks_old);
    if (!effect.breaks_new.empty()) out += fmt::format("        the next version: {}\n", effect.breaks_new);
    if (effect.needs_no_transaction) out += "        not in a transaction\n";
  }
  return out;
}

std::string rollback_text(SqlFile const& file, SectionReview const& section, Colors const& colors) {
  Rollback const& rollback = section.rollback;
  std::string_view const what = section.direction == Direction::up ? "rollback" : "after the rollback";
  std::string out =
      fmt::format("{}{}:{} {} ({}): ", colors.bold, file.path, colors.end, name_of(section.verdict), what);
  if (section.verdict == Verdict::unknown) return out + "a statement could not be read\n";
  out += rollback.former_version_fails.empty() ? "the former version keeps working"
                                               : "the former version fails: " + rollback.former_version_fails;
  if (rollback.point_of_no_return == std::string::npos) return out + "; undone without a backup\n";
  SqlFile::Place const place = file.place(rollback.point_of_no_return);
  return out +
         fmt::format("; point of no return at {}:{}: {}\n", place.line, place.column, rollback.not_undone);
}

}  // namespace

std::string as_text(ReviewReport const& report, TextStyle style) {
  Colors const used = colors(style.color);
  std::string out;
  for (FileReview const& file : report.files) {
    for (Finding const& finding : file.findings) out += finding_text(*file.file, finding, used);
    for (SectionReview const& section : file.sections) {
      if (style.every_statement) {
        for (StatementReview const& statement : section.statements)
          out += statement_text(*file.file, statement, used);
      }
      bool const worth_saying = section.verdict != Verdict::safe || style.every_statement;
      if (worth_saying && !section.statements.empty()) out += rollback_text(*file.file, section, used);
    }
  }
  std::size_t suppressed = 0;
  for (FileReview const& file : report.files) suppressed += file.suppressed;
  out += fmt::format(
      "{} files, {} statements: {} errors, {} warnings, {} notes, {} suppressed; verdict: {}\n",
      report.files.size(), report.statements, report.count(Severity::error), report.count(Severity::warning),
      report.count(Severity::note), suppressed, name_of(report.verdict()));
  return out;
}

}  // namespace pgdrill::review
