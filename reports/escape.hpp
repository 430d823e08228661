// Text from a journal made safe for what it is written into; a journal may hold anything.
#pragma once
#include <string>
#include <string_view>

namespace pgdrill::reports {

/// Valid UTF-8 without control characters other than tab and line feed; terminal escapes are dropped, CR
/// becomes LF, whatever XML 1.0 forbids becomes U+FFFD. At most `limit` bytes; a cut is told.
[[nodiscard]] std::string clean(std::string_view text, std::size_t limit = 50'000);
/// Cleaned, then &, <, >, " and ' as entities: for HTML and SVG text and attributes.
[[nodiscard]] std::string html(std::string_view text, std::size_t limit = 50'000);
/// Cleaned and on one line: for a console or an attribute.
[[nodiscard]] std::string one_line(std::string_view text, std::size_t limit = 500);
/// The same where it begins a line of output: GitHub and Azure take "::" and "##[" there for commands, so it
/// gets a quote before it.
[[nodiscard]] std::string first_in_line(std::string_view text, std::size_t limit = 500);

}  // namespace pgdrill::reports
