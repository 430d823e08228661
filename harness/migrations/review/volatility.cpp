#include "harness/migrations/review/volatility.hpp"

#include <algorithm>
#include <array>

namespace pgdrill::review {

namespace {

/// Volatile functions that people put into defaults: pg_proc.provolatile = 'v', and those of common
/// extensions.
constexpr std::array<std::string_view, 22> volatile_functions{"clock_timestamp",
                                                              "random",
                                                              "random_normal",
                                                              "gen_random_uuid",
                                                              "uuidv4",
                                                              "uuidv7",
                                                              "nextval",
                                                              "setval",
                                                              "timeofday",
                                                              "currval",
                                                              "lastval",
                                                              "pg_sleep",
                                                              "gen_random_bytes",
                                                              "uuid_generate_v1",
                                                              "uuid_generate_v1mc",
                                                              "uuid_generate_v4",
                                                              "gen_salt",
                                                              "gen_ulid",
                                                              "uuid_generate_v7",
                                                              "generate_ulid",
                                                              "nanoid",
                                                              "pg_logical_emit_message"};

/// Built-in functions that are immutable or stable, as far as defaults use them.
constexpr std::array<std::string_view, 66> settled_functions{"now",
                                                             "transaction_timestamp",
                                                             "statement_timestamp",
                                                             "current_setting",
                                                             "current_schema",
                                                             "lower",
                                                             "upper",
                                                             "initcap",
                                                             "length",
                                                             "char_length",
                                                             "md5",
                                                             "sha256",
                                                             "concat",
                                                             "concat_ws",
                                                             "format",
                                                             "substr",
                                                             "substring",
                                                             "left",
                                                             "right",
                                                             "btrim",
                                                             "ltrim",
                                                             "rtrim",
                                                             "trim",
                                                             "replace",
                                                             "to_char",
                                                             "to_date",
                                                             "to_timestamp",
                                                             "to_number",
                                                             "date_trunc",
                                                             "date_part",
                                                             "extract",
                                                             "timezone",
                                                             "make_date",
                                                             "make_interval",
                                                             "make_timestamp",
                                                             "make_timestamptz",
                                                             "abs",
                                                             "round",
                                                             "floor",
                                                             "ceil",
                                                             "mod",
                                                             "power",
                                                             "greatest",
                                                             "least",
                                                             "coalesce",
                                                             "nullif",
                                                             "to_jsonb",
                                                             "to_json",
                                                             "jsonb_build_object",
                                                             "json_build_object",
                                                             "jsonb_build_array",
                                                             "json_build_array",
                                                             "row_to_json",
                                                             "array_fill",
                                                             "string_to_array",
                                                             "array_to_string",
                                                             "to_tsvector",
                                                             "to_tsquery",
                                                             "encode",
                                                             "decode",
                                                             "int4range",
                                                             "tstzrange",
                                                             "daterange",
                                                             "txid_current",
                                                             "point",
                                                             "pg_current_xact_id"};

template <std::size_t size>
bool contains(std::array<std::string_view, size> const& names, std::string const& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Volatility of_function(std::string const& name, Schema const& schema) {
  if (auto const known = schema.volatility(name))
    return *known == 'v' ? Volatility::is_volatile : Volatility::stable;
  if (contains(volatile_functions, name)) return Volatility::is_volatile;
  return contains(settled_functions, name) ? Volatility::stable : Volatility::unknown;
}

}  // namespace

VolatilityFinding volatility_of(json::value const& expression, Schema const& schema) {
  VolatilityFinding worst;
  for (std::string const& function : functions_in(expression)) {
    Volatility const volatility = of_function(function, schema);
    if (volatility > worst.volatility) worst = {volatility, function};
  }
  return worst;
}

}  // namespace pgdrill::review
