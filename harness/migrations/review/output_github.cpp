#include <fmt/format.h>

#include "harness/migrations/review/output.hpp"

namespace pgdrill::review {

namespace {

/// GitHub's escapes for the message of a workflow command; a property needs ':' and ',' escaped too.
std::string escaped(std::string_view text, bool property) {
  std::string out;
  for (char const c : text) {
    bool const special = c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','));
    out += special ? fmt::format("%{:02X}", static_cast<unsigned char>(c)) : std::string(1, c);
  }
  return out;
}

}  // namespace

std::string as_github(ReviewReport const& report) {
  std::string out;
  for (FileReview const& file : report.files) {
    for (Finding const& finding : file.findings) {
      SqlFile::Place const place = file.file->place(finding.offset);
      std::string_view const level =
          finding.severity == Severity::note ? "notice" : name_of(finding.severity);
      out += fmt::format("::{} file={},line={},col={},title={}::{}\n", level, escaped(file.file->path, true),
                         place.line, place.column, escaped(finding.rule, true),
                         escaped(finding.message + "\nInstead: " + finding.help, false));
    }
  }
  return out;
}

}  // namespace pgdrill::review
