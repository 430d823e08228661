#include "probes/digest_live.hpp"

#include <fmt/format.h>

#include <map>
#include <pqxx/pqxx>
#include <set>

#include "harness/base/text.hpp"
#include "probes/digest_reading.hpp"

namespace pgdrill::probes {

namespace {

constexpr int seed = 31;
constexpr int bits_per_level = 10;
constexpr int most_bits = 40;
constexpr std::int64_t read_one_by_one = 5'000;  ///< rows in the buckets that differ
constexpr std::size_t most_buckets = 500;        ///< that are descended into; of more only a part is named
constexpr std::size_t most_named = 20;

struct Sum {
  std::int64_t count = 0;
  std::string sum;
  bool operator==(Sum const&) const = default;
};
using Sums = std::map<std::int64_t, Sum>;

struct Sides {
  pqxx::transaction_base& expected;
  pqxx::transaction_base& actual;
  Pace& pace;
};

/// Buckets of keys that differ: the lowest `bits` bits of the key's hash.
struct Place {
  std::vector<std::string> buckets;
  int bits = 0;
  bool more = false;  ///< there are others that are not looked into

  [[nodiscard]] std::string mask(int of) const { return std::to_string((std::int64_t{1} << of) - 1); }
};

std::string key_hash(DigestTable const& table) {
  return row_hash(key_columns(table), seed + 1, Width::whole);
}
std::string content_hash(DigestTable const& table) { return row_hash(table.columns, seed, Width::whole); }

std::string within(Place const& place) {
  if (place.bits == 0) return "";
  return fmt::format(" WHERE (k & {}) IN ({})", place.mask(place.bits), join(place.buckets, ", "));
}

std::string level_sql(DigestTable const& table, Place const& place, int bits) {
  return fmt::format(
      "SELECT k & {}, count(*), sum(h) FROM (SELECT {} AS k, {} AS h{} OFFSET 0) r{} GROUP BY 1",
      place.mask(bits), key_hash(table), content_hash(table), from_clause(table), within(place));
}

std::string rows_sql(DigestTable const& table, Place const& place) {
  std::string columns;
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    columns += fmt::format(", {} AS c{}", row_hash({table.columns[i]}, seed, Width::whole), i);
  return fmt::format("SELECT * FROM (SELECT {} AS k, {} AS label{}{} OFFSET 0) r{}", key_hash(table),
                     label_expression(table), columns, from_clause(table), within(place));
}

Sums read_sums(pqxx::transaction_base& transaction, std::string const& sql) {
  Sums sums;
  for (auto const& row : transaction.exec(sql))
    sums[row[0].as<std::int64_t>()] = {row[1].as<std::int64_t>(), row[2].c_str()};
  return sums;
}

/// Rows by label, each as its columns' hashes.
using Rows = std::multimap<std::string, std::vector<std::string>>;

Rows read_rows(pqxx::transaction_base& transaction, std::string const& sql) {
  Rows rows;
  for (auto const& row : transaction.exec(sql)) {
    std::vector<std::string> hashes;
    for (int i = 2; i < static_cast<int>(row.size()); ++i) hashes.emplace_back(row[i].c_str());
    rows.emplace(row[1].c_str(), std::move(hashes));
  }
  return rows;
}

/// What may change in a table.
struct Declared {
  bool new_rows = false;
  std::set<std::string> columns;

  [[nodiscard]] bool any() const { return new_rows || !columns.empty(); }
};

struct Found {
  Declared declared;
  std::vector<std::string> changed;
  std::vector<std::string> gone;
  std::vector<std::string> added;
  std::set<std::string> columns;
};

void compare_label(DigestTable const& table, std::string const& label, Rows& before, Rows& after,
                   Found& found) {
  auto [old_row, old_end] = before.equal_range(label);
  auto [new_row, new_end] = after.equal_range(label);
  std::multiset<std::vector<std::string>> old_rows;
  std::multiset<std::vector<std::string>> new_rows;
  for (; old_row != old_end; ++old_row) old_rows.insert(old_row->second);
  for (; new_row != new_end; ++new_row) {
    auto const same = old_rows.find(new_row->second);
    if (same == old_rows.end()) {
      new_rows.insert(new_row->second);
    } else {
      old_rows.erase(same);
    }
  }
  if (!label.empty() && old_rows.size() == 1 && new_rows.size() == 1) {
    std::vector<std::string> columns;
    for (std::size_t i = 0; i < table.columns.size(); ++i)
      if ((*old_rows.begin())[i] != (*new_rows.begin())[i]) columns.push_back(table.columns[i].name);
    auto const declared = [&](std::string const& name) { return found.declared.columns.contains(name); };
    if (std::ranges::all_of(columns, declared)) return;
    found.columns.insert(columns.begin(), columns.end());
    found.changed.push_back(fmt::format("{} ({})", label, join(columns, ", ")));
    return;
  }
  found.gone.insert(found.gone.end(), old_rows.size(), label);
  if (!found.declared.new_rows) found.added.insert(found.added.end(), new_rows.size(), label);
}

void tell(std::vector<engine::Difference>& into, DigestTable const& table, Place const& place,
          std::vector<std::string> rows, std::string const& what) {
  if (rows.empty()) return;
  auto const count = static_cast<std::int64_t>(rows.size());
  std::erase(rows, "");
  std::ranges::sort(rows, {}, [](std::string const& row) {
    return std::pair(std::min(row.size(), row.find(" (")), row);  // id=7 before id=14, whatever the columns
  });
  if (rows.size() > most_named) rows.resize(most_named);
  into.push_back({"table " + table.identity(),
                  fmt::format("{}{} {}", place.more ? "at least " : "", count, what), count,
                  std::move(rows)});
}

/// Descends one level; false when the table is the same.
bool descend(Sides sides, DigestTable const& table, Place& place, int bits, std::int64_t& rows) {
  std::string const sql = level_sql(table, place, bits);
  sides.pace.wait();
  Sums const before = read_sums(sides.expected, sql);
  sides.pace.wait();
  Sums const after = read_sums(sides.actual, sql);
  std::set<std::int64_t> all;
  for (auto const& entry : before) all.insert(entry.first);
  for (auto const& entry : after) all.insert(entry.first);
  place.buckets.clear();
  place.bits = bits;
  rows = 0;
  for (std::int64_t const bucket : all) {
    auto const was = before.find(bucket);
    auto const is = after.find(bucket);
    Sum const old_sum = was == before.end() ? Sum() : was->second;
    Sum const new_sum = is == after.end() ? Sum() : is->second;
    if (old_sum == new_sum) continue;
    if (place.buckets.size() == most_buckets) place.more = true;
    if (place.buckets.size() == most_buckets) break;
    place.buckets.push_back(std::to_string(bucket));
    rows += std::max(old_sum.count, new_sum.count);
  }
  return !place.buckets.empty();
}

int compare_table(Sides sides, DigestTable const& table, Declared declared,
                  std::vector<engine::Difference>& into) {
  Place place;
  std::int64_t rows = 0;
  int queries = 1;
  if (!descend(sides, table, place, 0, rows)) return queries;
  for (int bits = bits_per_level; rows > read_one_by_one && bits <= most_bits; bits += bits_per_level) {
    descend(sides, table, place, bits, rows);
    ++queries;
  }
  std::string const sql = rows_sql(table, place);
  sides.pace.wait();
  Rows before = read_rows(sides.expected, sql);
  sides.pace.wait();
  Rows after = read_rows(sides.actual, sql);
  std::set<std::string> labels;
  for (auto const& row : before) labels.insert(row.first);
  for (auto const& row : after) labels.insert(row.first);
  bool const may_hide = place.more && declared.any();
  std::size_t const known = into.size();
  Found found{.declared = std::move(declared)};
  for (auto const& label : labels) compare_label(table, label, before, after, found);
  std::vector<std::string> const columns(found.columns.begin(), found.columns.end());
  tell(into, table, place, std::move(found.changed), "rows changed in " + join(columns, ", "));
  tell(into, table, place, std::move(found.gone), "rows are gone");
  tell(into, table, place, std::move(found.added), "rows were added");
  if (may_hide && into.size() == known) {
    into.push_back({"table " + table.identity(),
                    "more rows differ than are looked into; of those only what was declared differs", rows});
  }
  return queries + 1;
}

std::vector<std::string> columns_of(DigestTable const& table) {
  std::vector<std::string> result;
  for (auto const& column : table.columns) result.push_back(column.name + " " + column.type);
  return result;
}

/// Nothing when anything may change in it.
std::optional<Declared> declared_of(ExpectedChanges const& expected, std::string const& table) {
  Declared declared;
  for (std::string const& change : expected) {
    if (change == table) return std::nullopt;
    if (change == table + "+") declared.new_rows = true;
    if (change.starts_with(table + ".")) declared.columns.insert(change.substr(table.size() + 1));
  }
  return declared;
}

Result<> compare_sides(Sides sides, DigestLimits const& limits, ExpectedChanges const& expected,
                       LiveComparison& result) {
  std::string const version = "SELECT current_setting('server_version_num')::int / 10000";
  std::map<std::string, DigestTable> tables[2];
  std::string versions[2];
  for (int i = 0; i < 2; ++i) {
    auto& side = i == 0 ? sides.expected : sides.actual;
    side.exec(limiting_settings(limits));
    versions[i] = side.exec1(version)[0].c_str();
    TRY(auto list, read_digest_tables(side));
    for (auto& table : list) tables[i].emplace(table.identity(), std::move(table));
  }
  if (versions[0] != versions[1]) {
    return fail({.kind = ErrorKind::refused,
                 .what = "the databases cannot be compared",
                 .why = "PostgreSQL " + versions[0] + " and " + versions[1] + " hash otherwise"});
  }
  for (auto const& [name, table] : tables[0]) {
    auto const declared = declared_of(expected, name);
    if (!declared) continue;
    auto const other = tables[1].find(name);
    if (other == tables[1].end()) {
      result.differences.push_back({"table " + name, "the table is gone", 1});
    } else if (columns_of(table) != columns_of(other->second) || table.key != other->second.key) {
      result.differences.push_back({"table " + name, "its columns or its key are others", 1});
    } else {
      result.most_queries =
          std::max(result.most_queries, compare_table(sides, table, *declared, result.differences));
    }
  }
  for (auto const& entry : tables[1]) {
    if (!tables[0].contains(entry.first) && declared_of(expected, entry.first))
      result.differences.push_back({"table " + entry.first, "the table is new", 1});
  }
  return {};
}

}  // namespace

Task<Result<LiveComparison>> compare_live(postgres::ConnectionParameters good,
                                          postgres::ConnectionParameters actual, DigestLimits limits,
                                          ExpectedChanges expected) {
  LiveComparison result;
  Pace pace(limits.statements_per_second);
  std::function<Result<>(pqxx::transaction_base&)> work = [&](pqxx::transaction_base& first) {
    return postgres::transaction_blocking(
        actual, limits.whole, false, [&](pqxx::transaction_base& second) -> Result<> {
          return compare_sides({first, second, pace}, limits, expected, result);
        });
  };
  CO_TRY_VOID(co_await postgres::in_transaction(std::move(good), limits.whole, false, std::move(work)));
  co_return result;
}

}  // namespace pgdrill::probes
