// What a review looks like: for people, for programs, for code scanning, for a pull request.
#pragma once
#include <string>

#include "harness/migrations/review/reviewer.hpp"

namespace pgdrill::review {

struct TextStyle {
  bool color = false;
  bool every_statement = false;  ///< also those without a finding
};

/// Like a compiler: "file:line:col: error: message [rule]", the line, a caret, what to do.
[[nodiscard]] std::string as_text(ReviewReport const& report, TextStyle style);
/// All that is known of each statement. Fields are documented in docs/migrations.md.
[[nodiscard]] std::string as_json(ReviewReport const& report);
/// SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/).
[[nodiscard]] std::string as_sarif(ReviewReport const& report);
/// GitHub's workflow commands: ::error file=...,line=...,col=...,title=...::message
[[nodiscard]] std::string as_github(ReviewReport const& report);

}  // namespace pgdrill::review
