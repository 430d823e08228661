// Replaces an enum type under traffic. One column cannot show one label to a version and another one to the
// next, so there are two rounds: a column of the new type beside the former one, which the next version uses
// under a name of its own; when the former column is gone, the same again back to its name.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "harness/migrations/rewrite/enum_labels.hpp"
#include "harness/migrations/rewrite/rewriting.hpp"

namespace pgdrill::review {

struct EnumColumn {
  Name table;
  std::string column;
  bool array = false;  ///< of the type
  LabelChange change = {};
  /// The new default's expression, null for none; nothing: the former default, with its labels changed.
  std::optional<json::value const*> new_default = {};
};

struct EnumReplacement {
  Name type;               ///< as it is called now
  std::string final_name;  ///< of the new type, when all is done
  std::vector<std::string> labels;
  std::vector<EnumColumn> columns;
  std::string text = {};  ///< with comments `-- pgdrill: back 'NEW LABEL' = 'FORMER LABEL'`
};

/// Refuses labels that nobody says the next or former one of, and what column_replacement.hpp refuses.
[[nodiscard]] Result<Rewriting> replace_enum(EnumReplacement const& replacement, Schema const& schema);

}  // namespace pgdrill::review
