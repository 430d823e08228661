// Follows a dotted path through the JSON Schema of scenarios, for `pgdrill explain`.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/json.hpp"

namespace pgdrill::cli {

struct SchemaKey {
  std::string description;
  std::string type;  ///< "map", "list", "text", "duration", ...
  std::string default_text = {};
  bool required = false;
  std::vector<std::string> allowed = {};
};

struct SchemaPlace {
  SchemaKey self;
  std::map<std::string, SchemaKey> keys = {};  ///< of a map, or of a list's items
};

struct SchemaWalk {
  std::optional<SchemaPlace> place;     ///< where the path leads
  std::string walked;                   ///< else: as far as it leads,
  std::string missing;                  ///< the part that is not there,
  std::vector<std::string> candidates;  ///< and those that are
};

[[nodiscard]] json::value const& scenario_schema_document();
[[nodiscard]] SchemaWalk walk_schema(json::value const& schema, std::string const& path);

}  // namespace pgdrill::cli
