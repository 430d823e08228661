// 64 bits of a row as one SQL expression: a chain of hashes, each of which takes what the chain has come to
// as its seed. Measured against the hash of a record (ROW(...)), a chain takes two thirds of the time, since
// no record is built and taken apart again; and it is not linear, so that values which change places are
// seen.
#include <fmt/format.h>

#include <algorithm>

#include "harness/postgres/connection.hpp"
#include "probes/digest_expressions.hpp"

namespace pgdrill::probes {

namespace {

/// Stands for NULL: no value of a narrower type, and none that anybody stores of the others.
constexpr std::int64_t null_number = 6'148'371'904'276'530'817;
constexpr char const* null_text = "pgdrill NULL 5fd1c3a9e0b74c62";

/// A hash function's call, "{0}" being the column and "{1}" the seed.
struct Hash {
  std::string call;
  bool takes_number = true;  ///< a number may be mixed into the seed; not where the call does that itself
};

/// A value as a number of 64 bits, which is mixed into a seed without a call of its own.
std::string number_of(DigestColumn const& column) {
  std::string const name = postgres::quote_identifier(column.name);
  auto const& base = column.base;
  if (base == "int8") return fmt::format("coalesce({}, {})", name, null_number);
  if (base == "int2" || base == "int4" || base == "oid")
    return fmt::format("coalesce({}::int8, {})", name, null_number);
  if (base == "bool") return fmt::format("coalesce({}::int4, 2)", name);
  if (base == "date") {
    return fmt::format(
        "CASE WHEN isfinite({0}) THEN ({0} - '2000-01-01'::date)::int8 WHEN {0} IS NULL THEN {1} "
        "WHEN {0} < '2000-01-01'::date THEN {1} + 1 ELSE {1} + 2 END",
        name, null_number);
  }
  return "";
}

/// The hash of a moment folds its 64 bits to 32; together with the seconds as float8 it determines the value.
std::vector<Hash> moment_hashes(DigestColumn const& column, Width width) {
  std::string const moment = column.base == "timestamptz" ? "timezone('0'::interval, {0})" : "{0}";
  std::string const value = "coalesce(" + moment + ", '5713-08-23 11:22:33.456789'::timestamp)";
  std::vector<Hash> hashes = {{"timestamp_hash_extended(" + value + ", {1})"}};
  if (width == Width::whole) hashes.push_back({"hashfloat8extended(date_part('epoch', " + value + "), {1})"});
  return hashes;
}

/// Hashes that are equal exactly when the values look the same: where "=" of the type is coarser than that,
/// what it leaves out goes into the seed.
std::vector<Hash> hashes_of(DigestColumn const& column, Width width) {
  auto const& base = column.base;
  if (base == "text" || base == "varchar") {
    return {{fmt::format("hashtextextended(coalesce({{0}}, '{}') COLLATE \"C\", {{1}})", null_text)}};
  }
  // Hashed without its trailing blanks.
  if (base == "bpchar") {
    return {{fmt::format("hashbpcharextended(coalesce({{0}}, '{}') COLLATE \"C\", {{1}} # "
                         "coalesce(octet_length({{0}}), 0))",
                         null_text),
             false}};
  }
  // 1.0 and 1.00 are equal, and so are their hashes; -1 and 1, infinity and not-a-number are not, but their
  // hashes are.
  if (base == "numeric") {
    constexpr char const* scale =
        "coalesce(scale({0}), CASE {0} WHEN 'NaN' THEN 20001 WHEN 'Infinity' THEN 20002 ELSE 20000 END)";
    return {{fmt::format("hash_numeric_extended(coalesce({{0}}, 5713082311.223334456789), {{1}} # "
                         "(CASE WHEN {{0}} < 0 THEN -1 - {0} ELSE {0} END))",
                         scale),
             false}};
  }
  // -0.0 = 0.0; but only one not-a-number, since a dump knows one.
  if (base == "float4" || base == "float8") {
    return {
        {"hashfloat8extended(CASE WHEN {0} = 0 THEN CASE WHEN {0}::text = '-0' THEN "
         "1.3571113171923e-290 ELSE 0 END ELSE coalesce({0}::float8, 2.7182818284591e-291) END, {1})"}};
  }
  if (base == "uuid") {
    return {{"uuid_hash_extended(coalesce({0}, '5fd1c3a9-e0b7-1c62-9b1d-7a3c00f2e6d4'), {1})"}};
  }
  if (base == "timestamp" || base == "timestamptz") return moment_hashes(column, width);
  if (base == "bytea") return {{"hash_record_extended(ROW({0}), {1})"}};
  return {{fmt::format("hashtextextended(coalesce({{0}}::text, '{}') COLLATE \"C\", {{1}})", null_text)}};
}

}  // namespace

std::string row_hash(std::vector<DigestColumn> const& columns, int seed, Width width) {
  std::vector<std::string> numbers;
  std::string chain = fmt::format("{}::int8", seed);
  std::vector<std::pair<std::string, Hash>> hashes;
  for (auto const& column : columns) {
    if (auto number = number_of(column); !number.empty()) {
      numbers.push_back(std::move(number));
      continue;
    }
    for (auto& hash : hashes_of(column, width))
      hashes.emplace_back(postgres::quote_identifier(column.name), std::move(hash));
  }
  // One number for each hash: two of them in one seed could change places.
  auto const with_number = [&numbers](std::string const& before) {
    if (numbers.empty()) return before;
    std::string result = fmt::format("({} # {})", before, numbers.back());
    numbers.pop_back();
    return result;
  };
  for (auto const& [name, hash] : hashes) {
    std::string const from = hash.takes_number ? with_number(chain) : chain;
    chain = fmt::format(fmt::runtime(hash.call), name, from);
  }
  bool const bare = hashes.empty() && numbers.empty();
  while (!numbers.empty() || bare) {
    chain = fmt::format("hashint4extended(0, {})", with_number(chain));
    if (bare) break;
  }
  return chain;
}

}  // namespace pgdrill::probes
