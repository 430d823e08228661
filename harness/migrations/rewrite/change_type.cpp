// ALTER COLUMN ... TYPE in phases.
#include <fmt/format.h>

#include "harness/migrations/rewrite/column_replacement.hpp"

namespace pgdrill::review {
namespace {

/// A cast cuts text to the length of the type; ALTER COLUMN TYPE without one refuses it.
std::string cut_by(Type const& type) {
  bool const limited = (type.name == "varchar" || type.name == "bpchar") && !type.modifiers.empty();
  return limited ? fmt::format("length(rtrim((%)::text)) > {}", type.modifiers.front()) : "";
}

/// COLLATE of the statement, quoted; without one the next column has that of its type.
std::string collation_of(Action const& action) {
  Name const name = name_of_list(find(*action.node, "collClause.collname"));
  if (name.empty()) return {};
  return (name.schema.empty() ? "" : quote(name.schema) + ".") + quote(name.name);
}

Result<Rewriting> change_type(Action const& action, Table const& table, Schema const& schema, int) {
  Type const to = type_of(find(*action.node, "typeName"));
  Type const from = table.column(action.column)->type;
  json::value const* const expression = find(*action.node, "raw_default");
  std::string const subject = fmt::format("change type of {}.{} from {} to {}", table.name.text(),
                                          action.column, from.text(), to.text());
  // Without PostgreSQL's deparser for one expression, a cast is all that is carried over.
  if (expression != nullptr && find(*expression, "TypeCast.arg.ColumnRef") == nullptr)
    return fail(
        {.kind = ErrorKind::usage,
         .what = "cannot rewrite: " + subject,
         .why =
             "USING is more than a cast, and how to compute the former value from the next one is not known",
         .todo = "write both directions by hand, after the files for a plain cast"});
  Replacement const replacement{.subject = subject,
                                .table = &table,
                                .schema = &schema,
                                .column = action.column,
                                .next = action.column.substr(0, 50) + "__next",
                                .final_name = action.column,
                                .type = to,
                                .collation = collation_of(action),
                                .refused = expression == nullptr ? cut_by(to) : ""};
  return replace_column(replacement);
}

RegisterRewrite const registered(ActionKind::set_type, &change_type);

}  // namespace
}  // namespace pgdrill::review
