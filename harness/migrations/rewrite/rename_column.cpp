// RENAME COLUMN in phases.
#include <fmt/format.h>

#include "harness/migrations/rewrite/column_replacement.hpp"

namespace pgdrill::review {
namespace {

Result<Rewriting> rename_column(Action const& action, Table const& table, Schema const& schema,
                                RewriteContext const&) {
  Column const& column = *table.column(action.column);
  Replacement const replacement{
      .subject = fmt::format("rename column {}.{} to {}", table.name.text(), action.column, action.name),
      .table = &table,
      .schema = &schema,
      .column = action.column,
      .next = action.name,
      .final_name = action.name,
      .type = column.type,
      .collation = column.details == nullptr ? "" : column.details->collation,
      .keeps_storage = true};
  return replace_column(replacement);
}

RegisterRewrite const registered(ActionKind::rename_column, &rename_column);

}  // namespace
}  // namespace pgdrill::review
