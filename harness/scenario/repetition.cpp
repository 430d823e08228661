// How often a scenario is run and what is expected of it: expect, repeat, matrix, seed.
#include <algorithm>
#include <charconv>

#include "harness/scenario/items.hpp"

namespace pgdrill::scenario {

namespace {

constexpr std::int64_t most_repeats = 1000;

template <class T>
std::optional<T> whole_number(Reader& reader, YamlNode const& node, std::string const& what, T least,
                              T most) {
  std::optional<std::string> const text = reader.text(node, what);
  if (!text) return {};
  T value{};
  auto const [end, problem] = std::from_chars(text->data(), text->data() + text->size(), value);
  bool const whole = problem == std::errc() && end == text->data() + text->size();
  if (whole && value >= least && value <= most) return value;
  reader.complain(node.location, what + " must be a whole number from " + std::to_string(least) + " to " +
                                     std::to_string(most) + ", not '" + *text + "'");
  return {};
}

void read_matrix(Reader& reader, YamlNode const& node, Scenario& into) {
  if (!reader.expect_map(node, "'matrix'")) return;
  std::vector<std::string> names;
  for (auto const& [name, value] : into.variables) names.push_back(name);
  for (YamlNode::Entry const& entry : node.entries) {
    if (!into.variables.contains(entry.key)) {
      reader.complain(entry.location, "the matrix names '" + entry.key +
                                          "', which is no variable of this scenario" +
                                          suggestion(entry.key, names));
      continue;
    }
    if (!reader.expect_list(entry.value, "the values of '" + entry.key + "'")) continue;
    if (entry.value.items.empty())
      reader.complain(entry.value.location, "'" + entry.key + "' of the matrix has no values");
    for (YamlNode const& item : entry.value.items) {
      if (auto value = reader.text(item, "a value of '" + entry.key + "'")) {
        into.matrix[entry.key].push_back(std::move(*value));
      }
    }
  }
}

}  // namespace

void read_repetition(Reader& reader, YamlNode const& document, Scenario& into) {
  if (YamlNode const* const node = document.value("expect")) {
    std::optional<std::string> const value = reader.text(*node, "'expect'");
    if (value && *value != "pass" && *value != "fail") {
      reader.complain(node->location, "'expect' must be pass or fail, not '" + *value + "'");
    }
    into.expect_failure = value == "fail";
  }
  if (YamlNode const* const node = document.value("repeat")) {
    into.repeat = whole_number<std::int64_t>(reader, *node, "'repeat'", 1, most_repeats).value_or(1);
  }
  if (YamlNode const* const node = document.value("seed")) {
    into.seed = whole_number<std::uint64_t>(reader, *node, "'seed'", 0, std::uint64_t{1} << 53U);
  }
  if (YamlNode const* const node = document.value("matrix")) read_matrix(reader, *node, into);
}

std::vector<std::map<std::string, std::string>> combinations(Scenario const& scenario) {
  std::vector<std::map<std::string, std::string>> all{{}};
  for (auto const& [name, values] : scenario.matrix) {
    std::vector<std::map<std::string, std::string>> longer;
    for (auto const& one : all) {
      for (std::string const& value : values) {
        longer.push_back(one);
        longer.back()[name] = value;
      }
    }
    all = std::move(longer);
  }
  return all;
}

}  // namespace pgdrill::scenario
