// The scenario language as a JSON Schema (draft-07, which editors' YAML language servers read), made from the
// same declarations as the parser. It says what an editor can say while somebody types; what needs more than
// one place of the file (unknown variables, ids used twice) only the parser tells.
#pragma once
#include "harness/base/json.hpp"
#include "harness/scenario/catalogue.hpp"

namespace pgdrill::scenario {

/// For scenarios and for the fragments that they include.
[[nodiscard]] json::object json_schema(Catalogue const& catalogue);

}  // namespace pgdrill::scenario
