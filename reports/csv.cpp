#include "reports/csv.hpp"

#include "reports/escape.hpp"

namespace pgdrill::reports {

std::string csv_cell(std::string const& text) {
  std::string result = text.find_first_of("=+-@") == 0 ? "\"'" : "\"";
  for (char const c : one_line(text)) {
    if (c == '"') result += '"';
    result += c;
  }
  return result + "\"";
}

}  // namespace pgdrill::reports
