#include "harness/migrations/rewrite/enum_labels.hpp"

#include "harness/base/text.hpp"
#include "harness/migrations/review/names.hpp"

namespace pgdrill::review {

namespace {

json::value const& without_casts(json::value const& expression) {
  json::value const* inner = &expression;
  while (json::value const* const argument = find(*inner, "TypeCast.arg")) inner = argument;
  return *inner;
}

bool is_column(json::value const& expression, std::string const& column) {
  std::vector<std::string> const fields = strings_of(find(without_casts(expression), "ColumnRef.fields"));
  return !fields.empty() && fields.back() == column;
}

/// The labels of `column = 'a'`, `column IN ('a', 'b')`; empty for any other condition.
std::vector<std::string> labels_of_condition(json::value const& condition, std::string const& column) {
  json::value const* const comparison = find(condition, "A_Expr");
  if (comparison == nullptr || strings_of(find(*comparison, "name")) != std::vector<std::string>{"="})
    return {};
  json::value const* const left = find(*comparison, "lexpr");
  json::value const* const right = find(*comparison, "rexpr");
  std::string const kind = get_string(*comparison, "kind");
  if (left == nullptr || right == nullptr || !is_column(*left, column)) return {};
  std::vector<std::string> labels;
  if (kind == "AEXPR_OP") {
    if (auto label = label_of(*right)) labels.push_back(*std::move(label));
  } else if (kind == "AEXPR_IN") {
    for (json::value const& element : list_of(find(*right, "List.items"))) {
      auto label = label_of(element);
      if (!label) return {};
      labels.push_back(*std::move(label));
    }
  }
  return labels;
}

std::optional<LabelChange> read_case(json::value const& expression, std::string const& column) {
  LabelChange change;
  json::value const* const subject = find(expression, "arg");
  if (subject != nullptr && !is_column(*subject, column)) return std::nullopt;
  for (json::value const& element : list_of(find(expression, "args"))) {
    json::value const* const when = find(element, "CaseWhen.expr");
    json::value const* const then = find(element, "CaseWhen.result");
    if (when == nullptr || then == nullptr) return std::nullopt;
    std::optional<std::string> const result = label_of(*then);
    std::vector<std::string> labels;
    if (subject == nullptr) {
      labels = labels_of_condition(*when, column);
    } else if (auto label = label_of(*when)) {
      labels.push_back(*std::move(label));
    }
    if (!result || labels.empty()) return std::nullopt;
    for (std::string const& label : labels) change.becomes.try_emplace(label, *result);
  }
  json::value const* const otherwise = find(expression, "defresult");
  if (otherwise == nullptr) return std::nullopt;
  if (is_column(*otherwise, column)) return change;
  change.others = label_of(*otherwise);
  return change.others ? std::optional(change) : std::nullopt;
}

/// array_replace(array_replace(column, 'a', 'b'), 'c', 'd'): from the inside out.
std::optional<LabelChange> read_array_replace(json::value const& expression, std::string const& column) {
  json::value const* const call = find(without_casts(expression), "FuncCall");
  if (call == nullptr) return is_column(expression, column) ? std::optional(LabelChange()) : std::nullopt;
  std::vector<std::string> const name = strings_of(find(*call, "funcname"));
  json::array const& arguments = list_of(find(*call, "args"));
  if (name.empty() || name.back() != "array_replace" || arguments.size() != 3) return std::nullopt;
  std::optional<LabelChange> change = read_array_replace(arguments[0], column);
  std::optional<std::string> const from = label_of(arguments[1]);
  std::optional<std::string> const to = label_of(arguments[2]);
  if (!change || !from || !to) return std::nullopt;
  for (auto& [label, becomes] : change->becomes) {
    if (becomes == *from) becomes = *to;
  }
  change->becomes.try_emplace(*from, *to);
  return change;
}

}  // namespace

std::string LabelChange::next_of(std::string const& label) const {
  auto const found = becomes.find(label);
  return found != becomes.end() ? found->second : others.value_or(label);
}

std::optional<std::string> label_of(json::value const& expression) {
  json::value const* const text = find(without_casts(expression), "A_Const.sval");
  if (text == nullptr) return std::nullopt;
  return get_string(*text, "sval");
}

std::optional<LabelArray> array_of(json::value const& expression) {
  LabelArray read;
  if (json::value const* const array = find(without_casts(expression), "A_ArrayExpr")) {
    read.constructed = true;
    for (json::value const& element : list_of(find(*array, "elements"))) {
      std::optional<std::string> label = label_of(element);
      if (!label) return std::nullopt;
      read.labels.push_back(*std::move(label));
    }
    return read;
  }
  std::optional<std::string> const text = label_of(expression);
  bool const plain = text && text->size() >= 2 && text->front() == '{' && text->back() == '}' &&
                     text->find_first_of("\"\\{}", 1) == text->size() - 1;
  if (!plain) return std::nullopt;
  std::string const inner = text->substr(1, text->size() - 2);
  for (std::string const& part : inner.empty() ? std::vector<std::string>() : split(inner, ',')) {
    std::string const label(trim(part));
    if (label == "NULL" || label == "null") return std::nullopt;
    read.labels.push_back(label);
  }
  return read;
}

std::optional<LabelChange> read_using(json::value const& expression, std::string const& column) {
  json::value const& inner = without_casts(expression);
  if (is_column(inner, column)) return LabelChange();
  if (find(inner, "FuncCall") != nullptr) return read_array_replace(inner, column);
  json::value const* const cases = find(inner, "CaseExpr");
  return cases == nullptr ? std::nullopt : read_case(*cases, column);
}

std::optional<LabelUpdate> read_update(json::value const& update) {
  json::array const& targets = list_of(find(update, "targetList"));
  json::value const* const where = find(update, "whereClause");
  if (targets.size() != 1 || where == nullptr || find(update, "fromClause") != nullptr) return std::nullopt;
  LabelUpdate read{.column = get_string(targets[0], "ResTarget.name"), .change = {}};
  json::value const* const value = find(targets[0], "ResTarget.val");
  std::optional<std::string> const label = value == nullptr ? std::nullopt : label_of(*value);
  std::vector<std::string> const labels = labels_of_condition(*where, read.column);
  if (!label || labels.empty()) return std::nullopt;
  for (std::string const& one : labels) read.change.becomes[one] = *label;
  return read;
}

}  // namespace pgdrill::review
