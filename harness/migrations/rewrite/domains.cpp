#include "harness/migrations/rewrite/domains.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/text.hpp"
#include "harness/migrations/rewrite/sql_parts.hpp"

namespace pgdrill::review {

namespace {

/// Of the type itself and of the domains below it; an array may be NULL whatever its elements are.
bool any_domain(Type type, Schema const& schema, bool UserType::* property) {
  UserType const* user_type = schema.type({type.schema, type.name});
  while (user_type != nullptr && user_type->kind == 'd' && !type.array) {
    if (user_type->*property) return true;
    type = user_type->base;
    user_type = schema.type({type.schema, type.name});
  }
  return false;
}

}  // namespace

Result<> check_domain(Type const& type, Schema const& schema, std::string const& what) {
  if (!any_domain(type, schema, &UserType::refuses_null)) return {};
  return fail(
      {.kind = ErrorKind::usage,
       .what = what,
       .why = fmt::format("domain {} refuses NULL, and a column that is added, or comes back, begins empty",
                          type.text()),
       .todo = "let the domain take NULL, and SET NOT NULL on the column"});
}

std::string try_domains(Name const& table, std::vector<Computed> const& next, std::vector<Type> const& types,
                        Schema const& schema) {
  auto const constrained = [&](Type type) {
    type.array = false;  // its elements are checked, too
    return any_domain(type, schema, &UserType::constrained);
  };
  if (std::none_of(types.begin(), types.end(), constrained)) return {};
  std::vector<std::string> values;
  for (Computed const& one : next) values.push_back(fmt::format("({})::{}", one.expression, one.type));
  return "DO " +
         dollar_quote("domains", fmt::format("\nBEGIN\n  PERFORM set_config('row_security', 'off', true);\n"
                                             "  PERFORM {} FROM {};\nEND\n",
                                             join(values, ", "), quote(table))) +
         ";\n";
}

}  // namespace pgdrill::review
