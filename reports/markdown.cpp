#include "reports/markdown.hpp"

#include "reports/escape.hpp"

namespace pgdrill::reports {

std::string markdown_cell(std::string_view text, std::size_t limit) {
  std::string result;
  for (char const c : one_line(text, limit)) {
    switch (c) {
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '&':
        result += "&amp;";
        break;
      case '@':  // would call a person
        result += "&#64;";
        break;
      case '|':
      case '\\':
      case '`':
      case '*':
      case '_':
      case '[':
      case ']':
      case '!':
      case '#':
      case '~':
        result += '\\';
        result += c;
        break;
      default:
        result += c;
    }
  }
  return result;
}

}  // namespace pgdrill::reports
