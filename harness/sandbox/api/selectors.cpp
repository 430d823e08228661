#include "harness/sandbox/api/selectors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "harness/base/text.hpp"
#include "harness/sandbox/api/errors.hpp"
#include "harness/sandbox/api/names.hpp"

namespace pgdrill::sandbox {
namespace {

// Cuts at commas that are not inside parentheses.
std::vector<std::string> terms(std::string_view text) {
  std::vector<std::string> parts;
  std::string current;
  int depth = 0;
  for (char const letter : text) {
    if (letter == '(') ++depth;
    if (letter == ')') --depth;
    if (letter == ',' && depth == 0) {
      parts.emplace_back(trim(current));
      current.clear();
    } else {
      current += letter;
    }
  }
  if (!trim(current).empty()) parts.emplace_back(trim(current));
  return parts;
}

tl::unexpected<Error> cannot_parse(std::string_view text) {
  return fail(
      bad_request_error(fmt::format("unable to parse requirement: \"{}\" is not a valid selector", text)));
}

// "key in (a,b)" or "key notin (a,b)"; nothing when the term has no set.
std::optional<Requirement> set_term(std::string_view term) {
  auto const open = term.find('(');
  if (open == std::string_view::npos || !term.ends_with(')')) return std::nullopt;
  std::string_view const head = trim(term.substr(0, open));
  auto const space = head.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  std::string_view const word = trim(head.substr(space));
  if (word != "in" && word != "notin") return std::nullopt;
  Requirement requirement{.op = word == "in" ? Requirement::Operator::in : Requirement::Operator::not_in,
                          .key = std::string(head.substr(0, space)),
                          .values = {}};
  for (auto const& value : split(term.substr(open + 1, term.size() - open - 2), ',')) {
    requirement.values.emplace_back(trim(value));
  }
  return requirement;
}

std::optional<Requirement> equality_term(std::string_view term) {
  auto const equals = term.find('=');
  if (equals == std::string_view::npos || equals == 0) return std::nullopt;
  bool const negative = term[equals - 1] == '!';
  std::size_t const value_at = term.substr(equals).starts_with("==") ? equals + 2 : equals + 1;
  return Requirement{.op = negative ? Requirement::Operator::not_in : Requirement::Operator::in,
                     .key = std::string(trim(term.substr(0, negative ? equals - 1 : equals))),
                     .values = {std::string(trim(term.substr(value_at)))}};
}

std::optional<std::string> text_of(json::value const* value) {
  if (value == nullptr || value->is_null()) return std::nullopt;
  if (value->is_string()) return std::string(value->get_string());
  return json::serialize(*value);
}

bool holds(Requirement const& requirement, std::optional<std::string> const& value) {
  using Operator = Requirement::Operator;
  bool const among = value && std::ranges::find(requirement.values, *value) != requirement.values.end();
  switch (requirement.op) {
    case Operator::in:
      return among;
    case Operator::not_in:
      return !among;
    case Operator::exists:
      return value.has_value();
    case Operator::absent:
      return !value.has_value();
  }
  return false;
}

}  // namespace

Result<Selector> Selector::parse_labels(std::string_view text) {
  Selector selector;
  for (auto const& term : terms(text)) {
    std::optional<Requirement> requirement = set_term(term);
    if (!requirement) requirement = equality_term(term);
    if (!requirement && term.starts_with('!')) {
      requirement = Requirement{
          .op = Requirement::Operator::absent, .key = std::string(trim(term.substr(1))), .values = {}};
    }
    if (!requirement)
      requirement = Requirement{.op = Requirement::Operator::exists, .key = term, .values = {}};
    if (auto const space = requirement->key.find(' '); space != std::string::npos) {
      return fail(bad_request_error(
          fmt::format("unable to parse requirement: found '{}', expected: in, notin, =, ==, !=, gt, lt",
                      trim(std::string_view(requirement->key).substr(space)))));
    }
    if (!is_label_key(requirement->key)) return cannot_parse(text);
    selector.requirements_.push_back(*std::move(requirement));
  }
  return selector;
}

Result<Selector> Selector::parse_fields(std::string_view text) {
  Selector selector;
  selector.fields_ = true;
  for (auto const& term : terms(text)) {
    std::optional<Requirement> requirement = equality_term(term);
    if (!requirement) return cannot_parse(text);
    selector.requirements_.push_back(*std::move(requirement));
  }
  return selector;
}

Selector Selector::from_object(json::value const& label_selector) {
  Selector selector;
  if (auto const* labels = find(label_selector, "matchLabels"); labels != nullptr && labels->is_object()) {
    for (auto const& [key, value] : labels->get_object()) {
      selector.requirements_.push_back({.key = std::string(key), .values = {text_of(&value).value_or("")}});
    }
  }
  auto const* expressions = find(label_selector, "matchExpressions");
  if (expressions == nullptr || !expressions->is_array()) return selector;
  for (auto const& expression : expressions->get_array()) {
    std::string const word = get_string(expression, "operator");
    Requirement requirement{.op = word == "In"       ? Requirement::Operator::in
                                  : word == "NotIn"  ? Requirement::Operator::not_in
                                  : word == "Exists" ? Requirement::Operator::exists
                                                     : Requirement::Operator::absent,
                            .key = get_string(expression, "key"),
                            .values = {}};
    if (auto const* values = find(expression, "values"); values != nullptr && values->is_array()) {
      for (auto const& value : values->get_array())
        requirement.values.push_back(text_of(&value).value_or(""));
    }
    selector.requirements_.push_back(std::move(requirement));
  }
  return selector;
}

bool Selector::matches(json::value const& object) const {
  json::value const* labels = fields_ ? nullptr : find(object, "metadata.labels");
  return std::ranges::all_of(requirements_, [&](Requirement const& requirement) {
    if (!fields_) return holds(requirement, text_of(member(labels, requirement.key)));
    return holds(requirement, text_of(find(object, requirement.key)).value_or(""));
  });
}

}  // namespace pgdrill::sandbox
