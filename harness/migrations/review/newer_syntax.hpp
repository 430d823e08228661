// Syntax that PostgreSQL 16 to 18 brought and migrations use, said in the words of PostgreSQL 15.
#pragma once
#include <map>
#include <string>
#include <vector>

namespace pgdrill::review {

struct OlderWords {
  std::string text;  ///< what PostgreSQL 15 can parse
  std::vector<std::string>
      newer;  ///< what was meant: "VIRTUAL", "NOT ENFORCED", "ENFORCED", "NOT NULL", "SET EXPRESSION"
};

/// Translates a statement; `newer` is empty when there was nothing to translate.
/// - GENERATED ALWAYS AS (...) VIRTUAL (18) becomes STORED
/// - NOT ENFORCED, ENFORCED (18): NOT VALID, nothing
/// - ADD [CONSTRAINT n] NOT NULL c [NOT VALID] (18): CHECK (c IS NOT NULL) [NOT VALID]
/// - ALTER COLUMN c SET EXPRESSION AS (e) (17): ALTER COLUMN c SET DEFAULT (e)
[[nodiscard]] OlderWords in_older_words(std::string const& text);

struct WithoutPlaceholders {
  std::string text;
  std::map<std::string, std::string> stand_for = {};  ///< identifier in `text` -> placeholder
};

/// The same text with each placeholder of a tool (${name}, {{ name }}, :name, :'name', @name@) replaced by an
/// identifier of the same length, so that offsets stay. Equal placeholders get equal identifiers.
[[nodiscard]] WithoutPlaceholders without_placeholders(std::string const& text);

}  // namespace pgdrill::review
