#include "harness/cli/output.hpp"

#include <algorithm>
#include <cstdio>

#include "harness/base/text.hpp"

namespace pgdrill::cli {

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

Option output_option(std::vector<std::string> const& formats, std::string const& help) {
  return {.name = "-o,--output",
          .help = join(formats, ", ") + (help.empty() ? "" : ": " + help),
          .default_value = formats.front(),
          .choices = formats};
}

std::optional<std::string> output_format(Arguments const& arguments,
                                         std::vector<std::string> const& formats) {
  std::string const given = arguments.text("output");
  if (given.empty()) return formats.front();
  if (std::find(formats.begin(), formats.end(), given) != formats.end()) return given;
  std::fprintf(stderr, "pgdrill: there is no output '%s'%s\n", given.c_str(),
               suggest(given, formats).c_str());
  return std::nullopt;
}

std::string suggest(std::string_view word, std::vector<std::string> const& candidates) {
  if (auto const near = nearest(word, candidates)) return "; did you mean '" + *near + "'?";
  return candidates.empty() ? "" : "; there are: " + join(candidates, ", ");
}

std::string wrapped(std::string_view text, std::size_t indent, std::size_t width) {
  std::string out;
  std::size_t column = indent;
  for (std::string const& word : split(text, ' ')) {
    if (column > indent && column + 1 + word.size() > width) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    }
    if (column > indent) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
  }
  return out;
}

}  // namespace pgdrill::cli
