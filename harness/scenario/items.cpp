// Items in general, and probes.
#include "harness/scenario/items.hpp"

#include <algorithm>

namespace pgdrill::scenario {

namespace {

void complain_about_kind(Reader& reader, ItemLanguage const& language, std::string const& name,
                         Location const& place) {
  std::vector<std::string> names;
  for (Declaration const& one : language.declarations) names.push_back(one.name);
  reader.complain(place,
                  "unknown " + std::string(language.what) + " '" + name + "'" + suggestion(name, names));
}

}  // namespace

Declaration const* find_declaration(std::vector<Declaration> const& all, std::string_view name) {
  auto const found =
      std::find_if(all.begin(), all.end(), [name](Declaration const& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

Item read_item(Reader& reader, ItemLanguage const& language, YamlNode const& node) {
  Item item{.declaration = nullptr, .parameters = {}, .location = node.location};
  if (node.kind == YamlNode::Kind::scalar) {  // "- status-check" is short for "- status-check: {}"
    item.declaration = find_declaration(language.declarations, node.scalar);
    item.parameters.location = node.location;
    if (item.declaration == nullptr) complain_about_kind(reader, language, node.scalar, node.location);
    return item;
  }
  if (!reader.expect_map(node, "a " + std::string(language.what))) return item;
  std::vector<YamlNode::Entry const*> unknown;
  for (YamlNode::Entry const& entry : node.entries) {
    if (std::find(language.keys.begin(), language.keys.end(), entry.key) != language.keys.end()) continue;
    Declaration const* const declaration = find_declaration(language.declarations, entry.key);
    if (declaration == nullptr) {
      unknown.push_back(&entry);
    } else if (item.declaration != nullptr) {
      reader.complain(entry.location, "a " + std::string(language.what) + " is of one kind: '" +
                                          item.declaration->name + "' and '" + entry.key + "' are given");
    } else {
      item = {.declaration = declaration, .parameters = entry.value, .location = entry.location};
    }
  }
  for (YamlNode::Entry const* const entry : unknown) {
    if (item.declaration != nullptr) {
      reader.reject_unknown_key(*entry, language.keys);
    } else {
      complain_about_kind(reader, language, entry->key, entry->location);
    }
  }
  if (item.declaration == nullptr && unknown.empty()) {
    reader.complain(node.location, "this " + std::string(language.what) + " names no kind");
  }
  return item;
}

void Names::claim(std::string const& name, Location const& place) {
  auto const [first, fresh] = used_.emplace(name, place);
  if (fresh) return;
  reader_.complain(place, std::string(what_) + " '" + name + "' is used twice; first in line " +
                              std::to_string(first->second.line));
}

std::string Names::free_one(std::string const& name, Location const& place) {
  std::string candidate = name;
  for (int number = 2; used_.contains(candidate); ++number) candidate = name + "-" + std::to_string(number);
  used_.emplace(candidate, place);
  return candidate;
}

YamlNode const* list_section(Reader& reader, YamlNode const& document, std::string_view key, bool required) {
  YamlNode const* const node = document.value(key);
  if (node == nullptr) {
    if (required) reader.complain(document.location, "missing key '" + std::string(key) + "'");
    return nullptr;
  }
  if (!reader.expect_list(*node, "'" + std::string(key) + "'")) return nullptr;
  if (required && node->items.empty()) {
    reader.complain(node->location, "'" + std::string(key) + "' must not be empty");
  }
  return node;
}

void read_probes(Reader& reader, YamlNode const& document, Catalogue const& catalogue, Scenario& into) {
  YamlNode const* const list = list_section(reader, document, "probes", false);
  if (list == nullptr) return;
  ItemLanguage const language{.what = "probe", .declarations = catalogue.probes, .keys = {"name", "rto"}};
  Names names(reader, "probe name");
  for (YamlNode const& node : list->items) {
    Item const item = read_item(reader, language, node);
    std::string name = reader.text_of(node, "name", "", false);
    if (YamlNode const* const given = node.value("name"); given != nullptr && !name.empty()) {
      names.claim(name, given->location);
      reader.introduce(Named::probe, name);  // also of a kind that is not known, which is told already
    }
    if (item.declaration == nullptr) continue;
    if (name.empty()) {
      name = item.declaration->name;
      names.claim(name, item.location);
      reader.introduce(Named::probe, name);
    }
    std::optional<bool> rto;
    if (YamlNode const* const given = node.value("rto")) rto = reader.boolean(*given, "'rto'");
    into.probes.push_back({.name = name,
                           .kind = item.declaration->name,
                           .parameters = reader.parameters(item.parameters, *item.declaration, item.location),
                           .location = item.location,
                           .rto = rto});
  }
}

}  // namespace pgdrill::scenario
