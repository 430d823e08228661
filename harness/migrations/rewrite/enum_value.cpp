// ALTER TYPE ... ADD VALUE, which needs no phases, and RENAME VALUE, which is the replacement of the type.
#include <fmt/format.h>

#include <algorithm>

#include "harness/migrations/rewrite/enum_replacement.hpp"

namespace pgdrill::review {
namespace {

Result<Rewriting> add_value(Action const& action, Table const&, Schema const&, RewriteContext const&) {
  return Rewriting{
      .subject = fmt::format("label '{}' of enum {}", action.name, action.table.text()),
      .note =
          "safe as it stands, a change of the catalogue alone. Deploy a version that can read the label "
          "first, and one that writes it afterwards; from its first row on the version before cannot come "
          "back without mapping those rows"};
}

Result<Rewriting> rename_value(Action const& action, Table const&, Schema const& schema,
                               RewriteContext const&) {
  auto const refuse = [&](std::string why, std::string todo) {
    return fail({.kind = ErrorKind::usage,
                 .what = fmt::format("cannot rewrite the renaming of a label to '{}'", action.name),
                 .why = std::move(why),
                 .todo = std::move(todo)});
  };
  std::string const former = get_string(*action.node, "oldVal");
  UserType const* const type = schema.type(action.table);
  if (type == nullptr)
    return refuse("the labels of the type are not known", "name the database with --database");
  EnumReplacement replacement{
      .type = action.table, .final_name = action.table.name, .labels = type->labels, .columns = {}};
  std::replace(replacement.labels.begin(), replacement.labels.end(), former, action.name);
  for (Table const* const table : schema.tables()) {
    for (Column const& column : table->columns) {
      if (is_type(column.type, action.table))
        replacement.columns.push_back({.table = table->name,
                                       .column = column.name,
                                       .array = column.type.array,
                                       .change = {.becomes = {{former, action.name}}}});
    }
  }
  if (replacement.columns.empty())
    return refuse("no table that is known has a column of the type",
                  "name the database with --database; when there is none, rename the label as it stands");
  return replace_enum(replacement, schema);
}

RegisterRewrite const add(ActionKind::add_enum_value, &add_value);
RegisterRewrite const rename(ActionKind::rename_enum_value, &rename_value);

}  // namespace
}  // namespace pgdrill::review
