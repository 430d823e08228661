// What the readers of probes, steps and triggers share: an item names one kind and carries its parameters.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "harness/scenario/reader.hpp"

namespace pgdrill::scenario {

/// What sort of item is read, and the keys it may have beside its kind.
struct ItemLanguage {
  std::string_view what;  ///< "step"
  std::vector<Declaration> const& declarations;
  std::vector<std::string> keys;
};

struct Item {
  Declaration const* declaration = nullptr;
  YamlNode parameters;  ///< map or null
  Location location;
};

[[nodiscard]] Declaration const* find_declaration(std::vector<Declaration> const& all, std::string_view name);
/// The kind of an item and its parameters; a null declaration after a problem.
[[nodiscard]] Item read_item(Reader& reader, ItemLanguage const& language, YamlNode const& node);

/// Names in use, each with the place that uses it.
class Names {
 public:
  Names(Reader& reader, std::string_view what) : reader_(reader), what_(what) {}
  void claim(std::string const& name, Location const& place);
  /// The name, or with -2, -3 ... when it is taken.
  [[nodiscard]] std::string free_one(std::string const& name, Location const& place);

 private:
  Reader& reader_;
  std::string_view what_;
  std::map<std::string, Location> used_;
};

/// A section as a list, or null, after a problem when it is required or no list.
[[nodiscard]] YamlNode const* list_section(Reader& reader, YamlNode const& document, std::string_view key,
                                           bool required);

}  // namespace pgdrill::scenario
