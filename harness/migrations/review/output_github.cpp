#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/base/text.hpp"
#include "harness/migrations/review/output.hpp"

namespace pgdrill::review {

namespace {

/// GitHub shows as many annotations of each level of a step, and drops the others without a word.
constexpr std::size_t shown_of_level = 10;

/// GitHub's escapes for the message of a workflow command; a property needs ':' and ',' escaped too.
std::string escaped(std::string_view text, bool property) {
  std::string out;
  for (char const c : text) {
    bool const special = c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','));
    out += special ? fmt::format("%{:02X}", static_cast<unsigned char>(c)) : std::string(1, c);
  }
  return out;
}

struct Annotation {
  SqlFile const* file;
  Finding const* finding;
  Verdict verdict;    ///< of the statement where it lies
  std::size_t order;  ///< in the files
};

Verdict verdict_at(FileReview const& file, std::size_t offset) {
  for (SectionReview const& section : file.sections) {
    for (StatementReview const& one : section.statements) {
      if (offset >= one.offset && offset <= one.end) return one.verdict;
    }
  }
  return Verdict::safe;
}

/// Gravest first: by severity, then what cannot be undone before what can; else in the order of the files.
std::vector<Annotation> by_gravity(ReviewReport const& report) {
  std::vector<Annotation> all;
  for (FileReview const& file : report.files) {
    for (Finding const& finding : file.findings)
      all.push_back({file.file, &finding, verdict_at(file, finding.offset), all.size()});
  }
  std::sort(all.begin(), all.end(), [](Annotation const& a, Annotation const& b) {
    if (a.finding->severity != b.finding->severity) return a.finding->severity > b.finding->severity;
    if (a.verdict != b.verdict) return a.verdict > b.verdict;
    return a.order < b.order;
  });
  return all;
}

std::string annotation_text(Annotation const& one) {
  SqlFile::Place const place = one.file->place(one.finding->offset);
  std::string_view const level =
      one.finding->severity == Severity::note ? "notice" : name_of(one.finding->severity);
  return fmt::format("::{} file={},line={},col={},title={}::{}\n", level, escaped(one.file->path, true),
                     place.line, place.column, escaped(one.finding->rule, true),
                     escaped(one.finding->message + "\nInstead: " + one.finding->help, false));
}

/// For the log alone. Does not begin with the path: one that begins with "::" would be a command.
std::string log_line(Annotation const& one) {
  SqlFile::Place const place = one.file->place(one.finding->offset);
  return fmt::format("also {}:{}:{}: {}: {} [{}]\n", escaped(one.file->path, false), place.line, place.column,
                     name_of(one.finding->severity), escaped(one.finding->message, false), one.finding->rule);
}

/// By Severity.
using Counts = std::array<std::size_t, 3>;

std::string in_words(Counts const& hidden) {
  std::vector<std::string> words;
  for (Severity const severity : {Severity::error, Severity::warning, Severity::note}) {
    std::size_t const count = hidden.at(static_cast<std::size_t>(severity));
    if (count > 0) words.push_back(fmt::format("{} {}{}", count, name_of(severity), count == 1 ? "" : "s"));
  }
  return join(words, ", ");
}

}  // namespace

std::string as_github(ReviewReport const& report) {
  Counts shown{shown_of_level, shown_of_level, shown_of_level};
  bool const too_many = report.count(Severity::error) > shown_of_level ||
                        report.count(Severity::warning) > shown_of_level ||
                        report.count(Severity::note) > shown_of_level;
  // The last notice says how many more there are, and must be one of those that are shown.
  if (too_many) --shown.at(static_cast<std::size_t>(Severity::note));
  std::string out;
  std::string beyond;
  Counts hidden{};
  for (Annotation const& one : by_gravity(report)) {
    auto const level = static_cast<std::size_t>(one.finding->severity);
    if (shown.at(level) > 0) {
      --shown.at(level);
      out += annotation_text(one);
    } else {
      ++hidden.at(level);
      beyond += log_line(one);
    }
  }
  if (!too_many) return out;
  return out + beyond +
         fmt::format(
             "::notice title=pgdrill review::{} more stand in the log of this step: GitHub shows {} "
             "annotations "
             "of each level\n",
             in_words(hidden), shown_of_level);
}

}  // namespace pgdrill::review
