#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "harness/base/text.hpp"
#include "probes/digest_locate.hpp"
#include "probes/digest_snapshot.hpp"
#include "probes/packing.hpp"

namespace pgdrill::probes {

namespace {

constexpr std::size_t named_rows = 20;

using Parts = std::multimap<std::string, std::uint32_t>;

json::object const& tables_of(json::object const& snapshot) {
  static json::object const none;
  auto const* const tables = snapshot.if_contains("tables");
  return tables != nullptr && tables->is_object() ? tables->as_object() : none;
}

std::optional<Parts> parts_of(json::value const& table) {
  auto const hashes = unpack_hashes(get_string(table, "hashes"));
  if (find(table, "hashes") == nullptr || !hashes) return std::nullopt;
  auto const labels = unpack_labels(get_string(table, "labels"), hashes->size());
  if (!labels) return std::nullopt;
  Parts parts;
  for (std::size_t i = 0; i < hashes->size(); ++i) parts.emplace((*labels)[i], (*hashes)[i]);
  return parts;
}

/// Rows (or buckets) that differ, by what happened to them.
struct Changes {
  std::vector<std::string> changed;
  std::vector<std::string> gone;
  std::vector<std::string> added;
};

Changes compare_parts(Parts const& before, Parts const& after) {
  Changes changes;
  std::set<std::string> labels;
  for (auto const& part : before) labels.insert(part.first);
  for (auto const& part : after) labels.insert(part.first);
  for (auto const& label : labels) {
    std::vector<std::uint32_t> old_hashes;
    std::vector<std::uint32_t> new_hashes;
    for (auto [at, end] = before.equal_range(label); at != end; ++at) old_hashes.push_back(at->second);
    for (auto [at, end] = after.equal_range(label); at != end; ++at) new_hashes.push_back(at->second);
    std::ranges::sort(old_hashes);
    std::ranges::sort(new_hashes);
    std::vector<std::uint32_t> only_old;
    std::vector<std::uint32_t> only_new;
    std::ranges::set_difference(old_hashes, new_hashes, std::back_inserter(only_old));
    std::ranges::set_difference(new_hashes, old_hashes, std::back_inserter(only_new));
    // Rows without a key all have the empty label: for them a change is one row gone and one come.
    std::size_t const pairs = label.empty() ? 0 : std::min(only_old.size(), only_new.size());
    changes.changed.insert(changes.changed.end(), pairs, label);
    changes.gone.insert(changes.gone.end(), only_old.size() - pairs, label);
    changes.added.insert(changes.added.end(), only_new.size() - pairs, label);
  }
  return changes;
}

/// Keys in the order of their numbers, so that id=7 comes before id=14.
std::vector<std::string> some_of(std::vector<std::string> keys) {
  std::erase(keys, "");
  std::ranges::sort(keys, {}, [](std::string const& key) { return std::pair(key.size(), key); });
  if (keys.size() > named_rows) keys.resize(named_rows);
  return keys;
}

std::vector<std::string> changed_columns(json::value const& before, json::value const& after) {
  std::vector<std::string> names;
  auto const* const old_columns = find(before, "columns");
  auto const* const new_columns = find(after, "columns");
  if (old_columns == nullptr || new_columns == nullptr) return names;
  for (auto const& column : old_columns->as_object()) {
    auto const* const other = member(new_columns, column.key());
    if (other == nullptr || get_string(column.value(), "digest") == get_string(*other, "digest")) continue;
    names.emplace_back(column.key());
  }
  return names;
}

std::vector<engine::Difference> describe_rows(std::string const& object, json::value const& before,
                                              json::value const& after, Changes changes) {
  std::vector<engine::Difference> result;
  auto const add = [&result, &object](std::vector<std::string> const& keys, std::string what) {
    if (keys.empty()) return;
    result.push_back({object, std::move(what), static_cast<std::int64_t>(keys.size()), some_of(keys)});
  };
  auto const count = get_int(before, "count");
  auto const columns = changed_columns(before, after);
  std::string where;
  if (!columns.empty()) where = (columns.size() == 1 ? " in column " : " in columns ") + join(columns, ", ");
  add(changes.changed, fmt::format("{} of {} rows changed{}", changes.changed.size(), count, where));
  add(changes.gone, fmt::format("{} of {} rows are gone", changes.gone.size(), count));
  add(changes.added, fmt::format("{} rows were added to {}", changes.added.size(), count));
  return result;
}

/// Columns and the order of rows' texts differ: rows cannot be compared one by one.
std::optional<engine::Difference> compare_shape(std::string const& object, json::value const& before,
                                                json::value const& after) {
  std::vector<std::string> changes;
  auto const& old_columns = before.at("columns").as_object();
  auto const& new_columns = after.at("columns").as_object();
  for (auto const& column : old_columns) {
    auto const* const other = new_columns.if_contains(column.key());
    if (other == nullptr) changes.push_back("column " + std::string(column.key()) + " is gone");
    if (other != nullptr && get_string(*other, "type") != get_string(column.value(), "type")) {
      changes.push_back(fmt::format("column {} has type {} instead of {}", std::string_view(column.key()),
                                    get_string(*other, "type"), get_string(column.value(), "type")));
    }
  }
  for (auto const& column : new_columns) {
    if (!old_columns.contains(column.key()))
      changes.push_back("column " + std::string(column.key()) + " is new");
  }
  if (changes.empty()) return std::nullopt;
  return engine::Difference{object, join(changes, "; "), std::max<std::int64_t>(1, get_int(before, "count"))};
}

/// Large tables: rows that could be computed are named, of the others only their buckets are known.
std::vector<engine::Difference> describe_buckets(std::string const& object, json::value const& before,
                                                 json::value const& after) {
  auto const old_buckets = unpack_buckets(get_string(before, "buckets"));
  auto const new_buckets = unpack_buckets(get_string(after, "buckets"));
  if (!old_buckets || !new_buckets) return {};
  auto const changes = compare_buckets(*old_buckets, *new_buckets);
  auto const* const named = find(after, "named");
  std::int64_t least = std::max<std::int64_t>(static_cast<std::int64_t>(changes.size()),
                                              std::abs(get_int(after, "count") - get_int(before, "count")));
  std::vector<std::string> rows;
  std::int64_t gone = 0;
  for (auto const& change : changes) {
    if (!change.key) continue;
    auto const* const label = member(named, fmt::format("{}:{}", change.bucket, *change.key));
    if (label != nullptr) rows.emplace_back(label->as_string());
    if (label == nullptr && change.rows == -1) ++gone;
  }
  auto const columns = changed_columns(before, after);
  std::string where;
  if (!columns.empty()) where = (columns.size() == 1 ? " in column " : " in columns ") + join(columns, ", ");
  std::string const lost = gone == 0 ? "" : fmt::format(", {} of them gone", gone);
  return {{.object = object,
           .what = fmt::format("at least {} of {} rows differ{}, in {} of {} buckets of keys{}", least,
                               get_int(before, "count"), where, changes.size(), bucket_count, lost),
           .count = least,
           .rows = some_of(std::move(rows))}};
}

/// The sum over whole rows, and those of the columns where both have them: they see what the former may miss.
bool same_numbers(json::value const& before, json::value const& after) {
  if (get_string(before, "digest") != get_string(after, "digest")) return false;
  if (get_int(before, "count") != get_int(after, "count")) return false;
  bool const details = find(before, "parts") != nullptr && find(after, "parts") != nullptr;
  return !details || changed_columns(before, after).empty();
}

std::vector<engine::Difference> compare_tables(std::string const& object, json::value const& before,
                                               json::value const& after) {
  if (auto shape = compare_shape(object, before, after)) return {*shape};
  if (same_numbers(before, after)) return {};
  auto const count = get_int(before, "count");
  std::string const kind = get_string(before, "parts");
  if (kind == "buckets" && kind == get_string(after, "parts")) {
    auto result = describe_buckets(object, before, after);
    if (!result.empty()) return result;
  }
  auto const old_parts = parts_of(before);
  auto const new_parts = parts_of(after);
  if (old_parts && new_parts) {
    auto result = describe_rows(object, before, after, compare_parts(*old_parts, *new_parts));
    if (!result.empty()) return result;
  }
  std::int64_t const moved = std::max<std::int64_t>(1, std::abs(get_int(after, "count") - count));
  auto const columns = changed_columns(before, after);
  return {{object,
           fmt::format("content differs{} ({} rows, were {})",
                       columns.empty() ? "" : " in column " + join(columns, ", "), get_int(after, "count"),
                       count),
           moved}};
}

bool declared(ExpectedChanges const& expected, std::string const& change) {
  return std::ranges::find(expected, change) != expected.end();
}

/// True when all that differs in the table was declared. A change of one column's values leaves the other
/// columns' digests alone, which hold the key as well: a row that came or went would show in all of them.
bool is_expected(ExpectedChanges const& expected, std::string const& table, json::value const& before,
                 json::value const& after) {
  if (expected.empty()) return false;
  if (declared(expected, table)) return true;
  if (compare_shape("", before, after)) return false;
  auto const columns = changed_columns(before, after);
  bool const in_columns = !columns.empty() && std::ranges::all_of(columns, [&](std::string const& column) {
    return declared(expected, table + "." + column);
  });
  if (in_columns && get_int(before, "count") == get_int(after, "count")) return true;
  if (!declared(expected, table + "+")) return false;
  auto const old_parts = parts_of(before);
  auto const new_parts = parts_of(after);
  if (!old_parts || !new_parts) return false;
  auto const changes = compare_parts(*old_parts, *new_parts);
  return changes.changed.empty() && changes.gone.empty();
}

/// Hashes of other algorithms or servers say nothing about each other.
std::optional<engine::Difference> incomparable(json::object const& before, json::object const& after) {
  for (auto const* name : {"algorithm", "server_major"}) {
    auto const* const was = before.if_contains(name);
    auto const* const is = after.if_contains(name);
    if (was != nullptr && is != nullptr && *was != *is) {
      return engine::Difference{
          .object = "data",
          .what = fmt::format("{} of the digest is {} instead of {}: they cannot be compared", name,
                              canonical(*is), canonical(*was))};
    }
  }
  return std::nullopt;
}

}  // namespace

bool same_content(json::object const& before, json::object const& after) {
  auto const& old_tables = tables_of(before);
  auto const& new_tables = tables_of(after);
  if (incomparable(before, after)) return false;
  if (old_tables.size() != new_tables.size()) return false;
  return std::ranges::all_of(old_tables, [&new_tables](auto const& table) {
    auto const* const other = new_tables.if_contains(table.key());
    return other != nullptr && compare_tables("", table.value(), *other).empty();
  });
}

std::vector<engine::Difference> compare_digests(json::object const& before, json::object const& after,
                                                ExpectedChanges const& expected) {
  if (auto problem = incomparable(before, after)) return {*problem};
  std::vector<engine::Difference> result;
  for (auto const& table : tables_of(before)) {
    std::string const object = "table " + std::string(table.key());
    auto const* const other = tables_of(after).if_contains(table.key());
    if (other == nullptr) {
      if (declared(expected, table.key())) continue;
      result.push_back(
          {object, "the table is gone", std::max<std::int64_t>(1, get_int(table.value(), "count"))});
      continue;
    }
    auto differences = compare_tables(object, table.value(), *other);
    if (differences.empty() || is_expected(expected, table.key(), table.value(), *other)) continue;
    std::ranges::move(differences, std::back_inserter(result));
  }
  for (auto const& table : tables_of(after)) {
    if (tables_of(before).contains(table.key()) || declared(expected, table.key())) continue;
    result.push_back({"table " + std::string(table.key()), "the table is new",
                      std::max<std::int64_t>(1, get_int(table.value(), "count"))});
  }
  std::ranges::sort(result, {}, [](engine::Difference const& difference) {
    return std::tie(difference.object, difference.what);
  });
  return result;
}

}  // namespace pgdrill::probes
