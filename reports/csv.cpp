#include "reports/csv.hpp"

#include "reports/escape.hpp"

namespace pgdrill::reports {

std::string csv_cell(std::string const& text) {
  std::string const plain = one_line(text);  // first: what it drops may hide a formula
  std::string result = plain.find_first_of("=+-@") == 0 ? "\"'" : "\"";
  for (char const c : plain) {
    if (c == '"') result += '"';
    result += c;
  }
  return result + "\"";
}

}  // namespace pgdrill::reports
