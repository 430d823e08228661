// What becomes of an enum's labels when its type is replaced, read from the statements that replace it.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/json.hpp"

namespace pgdrill::review {

struct LabelChange {
  std::map<std::string, std::string> becomes = {};  ///< labels that change
  std::optional<std::string> others = {};           ///< what all other labels become; nothing: themselves

  [[nodiscard]] std::string next_of(std::string const& label) const;
};

/// Of USING c::text::next, or a CASE over labels (both forms) with the column or a label after ELSE; of an
/// array c::text[]::next[], or array_replace() of that. Nothing for any other expression.
[[nodiscard]] std::optional<LabelChange> read_using(json::value const& expression, std::string const& column);
/// Of `UPDATE t SET c = 'x' WHERE c = 'y'`, or IN (...): the column and its change.
struct LabelUpdate {
  std::string column;
  LabelChange change;
};
[[nodiscard]] std::optional<LabelUpdate> read_update(json::value const& update);
struct LabelArray {
  std::vector<std::string> labels = {};
  bool constructed = false;  ///< ARRAY['a', 'b'], and not '{a,b}'
};
/// Of either, with or without casts, of one dimension and without NULL; nothing for any other expression.
[[nodiscard]] std::optional<LabelArray> array_of(json::value const& expression);
/// The text of 'x' or 'x'::type; nothing for any other expression.
[[nodiscard]] std::optional<std::string> label_of(json::value const& expression);

}  // namespace pgdrill::review
