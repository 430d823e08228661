// ALTER COLUMN ... TYPE in phases.
#include <fmt/format.h>

#include <algorithm>

#include "harness/migrations/rewrite/column_replacement.hpp"
#include "harness/migrations/rewrite/domains.hpp"

namespace pgdrill::review {
namespace {

/// A cast cuts text to the length of the type; ALTER COLUMN TYPE without one refuses it.
std::string cut_by(Type const& type) {
  bool const limited = (type.name == "varchar" || type.name == "bpchar") && !type.modifiers.empty();
  return limited ? fmt::format("length(rtrim((%)::text)) > {}", type.modifiers.front()) : "";
}

bool is_one_of(Type const& type, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), type.name) != names.end();
}

/// The setting of a session that decides what a cast between the two gives; empty for none.
std::string decided_by(Type const& from, Type const& to) {
  auto const between = [&](std::initializer_list<std::string_view> names) {
    return from.name != to.name && (is_one_of(from, names) || is_one_of(to, names));
  };
  if (between({"timestamptz", "timetz"})) return "TimeZone";
  bool const text = is_one_of(from, {"text", "varchar", "bpchar", "citext"}) ||
                    is_one_of(to, {"text", "varchar", "bpchar", "citext"});
  if (text && between({"date", "timestamp"})) return "DateStyle";
  if (text && between({"interval"})) return "IntervalStyle";
  if (text && between({"float4", "float8"})) return "extra_float_digits";
  if (text && between({"bytea"})) return "bytea_output";
  return between({"money"}) ? "lc_monetary" : "";
}

/// Whether the default of one is a default of the other one as it stands.
bool takes_default(Type const& from, Type const& to) {
  auto const both = [&](std::initializer_list<std::string_view> names) {
    return is_one_of(from, names) && is_one_of(to, names) && from.array == to.array;
  };
  return from.name == to.name || both({"int2", "int4", "int8", "numeric", "float4", "float8"}) ||
         both({"text", "varchar", "bpchar", "citext"});
}

Result<> check(Type const& from, Type const& to, Column const& column, std::string const& subject) {
  auto const refuse = [&](std::string why, std::string todo) {
    return fail({.kind = ErrorKind::usage,
                 .what = "cannot rewrite: " + subject,
                 .why = std::move(why),
                 .todo = std::move(todo)});
  };
  std::string const setting = decided_by(from, to);
  if (!setting.empty())
    return refuse(fmt::format("what the cast gives depends on {} of each session that writes a row", setting),
                  setting == "TimeZone"
                      ? "say the zone, with USING ... AT TIME ZONE, and write both directions by hand"
                      : "write both directions by hand");
  if (!column.default_text.empty() && !takes_default(from, to))
    return refuse(fmt::format("the default {} may be none of the next type", column.default_text),
                  "DROP DEFAULT in a change before it, and set the next one afterwards");
  return {};
}

Result<Rewriting> change_type(Action const& action, Table const& table, Schema const& schema,
                              RewriteContext const&) {
  Type const to = type_of(find(*action.node, "typeName"));
  Type const from = table.column(action.column)->type;
  json::value const* const expression = find(*action.node, "raw_default");
  std::string const subject = fmt::format("change type of {}.{} from {} to {}", table.name.text(),
                                          action.column, from.text(), to.text());
  TRY_VOID(check(from, to, *table.column(action.column), subject));
  TRY_VOID(check_domain(to, schema, "cannot rewrite: " + subject));
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
                                .collation = read_collation(*action.node),
                                .lossless = true,
                                .refused = expression == nullptr ? cut_by(to) : ""};
  return replace_column(replacement);
}

RegisterRewrite const registered(ActionKind::set_type, &change_type);

}  // namespace
}  // namespace pgdrill::review
