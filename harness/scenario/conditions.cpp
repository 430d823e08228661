// Triggers and the sections made of them: `when`, `steady-state`, `abort-when`.
#include "harness/scenario/items.hpp"

namespace pgdrill::scenario {

namespace {

/// "after: 2s" is short for "after: {for: 2s}": the value of the first parameter.
YamlNode written_out(Item const& item, YamlNode const& node) {
  YamlNode const* const value = node.value(item.declaration->name);
  if (value == nullptr || value->kind != YamlNode::Kind::scalar || item.declaration->parameters.empty()) {
    return item.parameters;
  }
  YamlNode parameters;
  parameters.kind = YamlNode::Kind::map;
  parameters.location = value->location;
  parameters.entries.push_back({item.declaration->parameters.front().name, value->location, *value});
  return parameters;
}

std::vector<TriggerSpec> read_conditions(Reader& reader, YamlNode const& document, std::string_view key,
                                         Catalogue const& catalogue) {
  std::vector<TriggerSpec> all;
  YamlNode const* const list = list_section(reader, document, key, false);
  if (list == nullptr) return all;
  for (YamlNode const& node : list->items) {
    if (auto spec = read_trigger(reader, node, catalogue, "'" + std::string(key) + "'")) {
      all.push_back(std::move(*spec));
    }
  }
  return all;
}

}  // namespace

std::optional<TriggerSpec> read_trigger(Reader& reader, YamlNode const& node, Catalogue const& catalogue,
                                        std::string_view what) {
  if (!reader.expect_map(node, what)) return std::nullopt;
  ItemLanguage const language{.what = "trigger", .declarations = catalogue.triggers, .keys = {}};
  Item const item = read_item(reader, language, node);
  if (item.declaration == nullptr) return std::nullopt;
  return TriggerSpec{
      .kind = item.declaration->name,
      .parameters = reader.parameters(written_out(item, node), *item.declaration, item.location),
      .location = item.location};
}

void read_guards(Reader& reader, YamlNode const& document, Catalogue const& catalogue, Scenario& into) {
  into.steady_state = read_conditions(reader, document, "steady-state", catalogue);
  into.abort_when = read_conditions(reader, document, "abort-when", catalogue);
}

}  // namespace pgdrill::scenario
