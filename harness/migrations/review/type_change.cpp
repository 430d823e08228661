#include "harness/migrations/review/type_change.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace pgdrill::review {

namespace {

bool is_text(std::string const& name) { return name == "text" || name == "varchar"; }

/// No modifier means no limit.
int limit(Type const& type) { return type.modifiers.empty() ? 1 << 30 : type.modifiers.front(); }
int scale(Type const& type) { return type.modifiers.size() > 1 ? type.modifiers[1] : 0; }

TypeChange keeps(Type const& from, Type const& to) {
  return {Cost::none, false, fmt::format("{} to {} keeps every stored value", from.text(), to.text())};
}
TypeChange rewrites(Type const& from, Type const& to, bool narrows) {
  return {Cost::rewrite, narrows, fmt::format("{} to {} stores every value anew", from.text(), to.text())};
}

TypeChange text_change(Type const& from, Type const& to) {
  bool const unlimited = to.name == "text" || to.modifiers.empty();
  if (unlimited || limit(to) >= limit(from)) return keeps(from, to);
  return {Cost::rewrite, true,
          fmt::format("{} to {} checks and stores every value anew", from.text(), to.text())};
}

TypeChange numeric_change(Type const& from, Type const& to) {
  if (to.modifiers.empty()) return keeps(from, to);
  if (from.modifiers.empty()) return rewrites(from, to, true);
  bool const whole = limit(to) - scale(to) >= limit(from) - scale(from);
  if (scale(to) == scale(from) && limit(to) >= limit(from)) return keeps(from, to);
  return rewrites(from, to, !whole || scale(to) < scale(from));
}

bool has_precision(std::string const& name) {
  static constexpr std::array<std::string_view, 5> names{"timestamp", "timestamptz", "time", "timetz",
                                                         "interval"};
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// No modifier is six digits.
int digits(Type const& type) { return type.modifiers.empty() ? 6 : type.modifiers.front(); }

int integer_width(std::string const& name) {
  if (name == "int2") return 2;
  if (name == "int4") return 4;
  return name == "int8" ? 8 : 0;
}

bool loses(Type const& from, Type const& to) {
  int const from_width = integer_width(from.name);
  int const to_width = integer_width(to.name);
  if (from_width > 0 && to_width > 0) return to_width < from_width;
  if (from_width > 0 && (to.name == "numeric" || to.name == "text")) return false;
  if (to.name == "text" || (to.name == "varchar" && to.modifiers.empty())) return false;
  if (from.name == "json" && to.name == "jsonb") return false;
  if (from.name == "float4" && to.name == "float8") return false;
  if (from.name == "date" && to.name == "timestamp") return false;
  return true;
}

}  // namespace

TypeChange type_change(Type const& from, Type const& to, Schema const& schema, bool session_is_utc) {
  if (from == to) return {Cost::none, false, "the type stays"};
  if (UserType const* const domain = schema.type({to.schema, to.name});
      domain != nullptr && domain->kind == 'd') {
    if (domain->base.name == from.name && !domain->constrained) return keeps(from, to);
    return {Cost::rewrite, true, fmt::format("every value is checked against domain {}", to.text())};
  }
  if (UserType const* const domain = schema.type({from.schema, from.name});
      domain != nullptr && domain->kind == 'd' && !from.array) {
    // Stored as its base is: https://www.postgresql.org/docs/15/domains.html
    if (domain->base == to) return keeps(from, to);
    return type_change(domain->base, to, schema, session_is_utc);
  }
  if (from.array != to.array) return rewrites(from, to, true);
  if (from.array) {  // each element is converted, and so every value stored anew, even where an element would
                     // stay
    Type element = from;
    Type next = to;
    element.array = next.array = false;
    return rewrites(from, to, type_change(element, next, schema, session_is_utc).narrows);
  }
  if (is_text(from.name) && is_text(to.name)) return text_change(from, to);
  if (from.name == "numeric" && to.name == "numeric") return numeric_change(from, to);
  if (from.name == to.name && has_precision(to.name))
    return digits(to) >= digits(from) ? keeps(from, to) : rewrites(from, to, true);
  if (from.name == "varbit" && to.name == "varbit")
    return limit(to) >= limit(from) ? keeps(from, to) : rewrites(from, to, true);
  if (from.name == "cidr" && to.name == "inet") return keeps(from, to);
  if (from.name == "int4" && to.name == "oid") return keeps(from, to);
  bool const zone = (from.name == "timestamp" && to.name == "timestamptz") ||
                    (from.name == "timestamptz" && to.name == "timestamp");
  if (zone && session_is_utc && digits(to) >= digits(from))
    return {Cost::index_build, false,
            "under TimeZone UTC the stored values stay, indexes on the column are built anew"};
  if (zone)
    return {Cost::rewrite, false,
            fmt::format("{} to {} in a session whose TimeZone is not UTC stores every value anew",
                        from.text(), to.text())};
  return rewrites(from, to, loses(from, to));
}

bool returns_lossless(Type const& from, Type const& to) {
  Schema const nothing;
  return !type_change(from, to, nothing, false).narrows;
}

}  // namespace pgdrill::review
