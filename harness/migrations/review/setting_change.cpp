#include "harness/migrations/review/setting_change.hpp"

#include "harness/base/text.hpp"

namespace pgdrill::review {

namespace {

std::string constant(json::value const& node) {
  json::value const* const value = find(node, "A_Const");
  if (value == nullptr) return "?";
  if (find(*value, "boolval") != nullptr) return get_bool(*value, "boolval.boolval") ? "true" : "false";
  if (find(*value, "ival") != nullptr) return std::to_string(get_int(*value, "ival.ival"));
  if (find(*value, "fval") != nullptr) return get_string(*value, "fval.fval");
  return get_string(*value, "sval.sval");
}

/// set_config takes a list as one text: 'app, public'.
std::vector<std::string> parts_of(std::string const& text) {
  std::vector<std::string> parts;
  for (std::string const& part : split(text, ',')) {
    std::string_view name = trim(part);
    if (name.size() > 1 && name.front() == '"' && name.back() == '"') name = name.substr(1, name.size() - 2);
    parts.emplace_back(name);
  }
  return parts;
}

std::vector<SettingChange> by_function(json::value const& select) {
  std::vector<SettingChange> changes;
  for (json::value const& target : list_of(find(select, "targetList"))) {
    json::value const* const call = find(target, "ResTarget.val.FuncCall");
    if (call == nullptr || name_of_list(find(*call, "funcname")).name != "set_config") continue;
    json::array const& arguments = list_of(find(*call, "args"));
    if (arguments.size() != 3) continue;
    changes.push_back({.name = lower_case(constant(arguments[0])),
                       .values = parts_of(constant(arguments[1])),
                       .local = constant(arguments[2]) != "false"});
  }
  return changes;
}

std::vector<SettingChange> by_set(json::value const& statement, std::string const& name) {
  std::string const kind = get_string(statement, "kind");
  if (kind == "VAR_SET_CURRENT" || kind == "VAR_SET_MULTI") return {};
  SettingChange change{.name = lower_case(name), .values = {}, .local = get_bool(statement, "is_local")};
  if (kind == "VAR_SET_VALUE") {
    for (json::value const& value : list_of(find(statement, "args")))
      change.values.push_back(constant(value));
  }
  return {change};
}

}  // namespace

std::vector<SettingChange> setting_changes_of(Action const& action) {
  if (action.node == nullptr) return {};
  if (action.kind == ActionKind::select) return by_function(*action.node);
  if (action.kind != ActionKind::set_variable) return {};
  if (std::string const target = get_string(*action.node, "target"); !target.empty())
    return target == "DISCARD_ALL" ? std::vector{SettingChange{}} : std::vector<SettingChange>{};
  return by_set(*action.node, action.name);
}

bool is_zero(std::string const& value) {
  std::string_view const number = trim(value);
  std::size_t const other = number.find_first_not_of("0.");
  return number.starts_with('0') &&
         (other == std::string_view::npos || number[other] < '0' || number[other] > '9');
}

bool names_utc(std::string const& zone) { return lower_case(zone) == "utc" || lower_case(zone) == "etc/utc"; }

}  // namespace pgdrill::review
