#include "harness/migrations/half_applied/copy_triggers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <pqxx/pqxx>

#include "harness/base/text.hpp"

namespace pgdrill::migrations {

namespace {

std::string const keys_query = R"(
SELECT n.nspname || '.' || c.relname, a.attname
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
WHERE i.indisprimary AND has_table_privilege(c.oid, 'SELECT') AND )" +
                               user_schema("n");

/// Columns of the primary keys, sorted, by "schema.table".
using Keys = std::map<std::string, std::vector<std::string>>;

Keys read_keys(pqxx::transaction_base& transaction) {
  Keys keys;
  for (auto const& row : transaction.exec(keys_query)) keys[row[0].c_str()].emplace_back(row[1].c_str());
  for (auto& [table, columns] : keys) std::ranges::sort(columns);
  return keys;
}

/// What is not qualified lies, as in the functions of `review --rewrite`, beside the trigger's table.
std::string table_of(TableWrite const& write, RowTrigger const& trigger) {
  return (write.schema.empty() ? trigger.schema : write.schema) + "." + write.table;
}

struct Copy {
  RowTrigger const* trigger = nullptr;
  std::string from;  ///< quoted, as `to`
  std::string to;
  std::vector<TableWrite::Pair> keys;
  std::vector<TableWrite::Pair> moved;
};

/// Nothing when the two tables do not share a key: then it is a log, or a queue.
std::optional<Copy> copy_of(RowTrigger const& trigger, TableWrite const& write, Keys const& keys) {
  auto const from = keys.find(trigger.schema + "." + trigger.table);
  auto const to = keys.find(table_of(write, trigger));
  if (from == keys.end() || to == keys.end() || from == to) return std::nullopt;
  Copy copy{&trigger,
            qualified(trigger.schema, trigger.table),
            qualified(write.schema.empty() ? trigger.schema : write.schema, write.table),
            {},
            {}};
  std::vector<std::string> targets;
  std::vector<std::string> sources;
  for (TableWrite::Pair const& pair : write.copied) {
    bool const of_key = std::ranges::binary_search(to->second, pair.target);
    (of_key ? copy.keys : copy.moved).push_back(pair);
    if (!of_key) continue;
    targets.push_back(pair.target);
    sources.push_back(pair.source);
  }
  std::ranges::sort(targets);
  std::ranges::sort(sources);
  if (copy.moved.empty() || targets != to->second || sources != from->second) return std::nullopt;
  return copy;
}

std::string list(Copy const& copy, std::string TableWrite::Pair::* side, std::string const& row) {
  std::vector<std::string> names;
  for (auto const* const part : {&copy.keys, &copy.moved}) {
    for (TableWrite::Pair const& pair : *part) names.push_back(row + postgres::quote_identifier(pair.*side));
  }
  return join(names, ", ");
}

std::string anything_to_copy(Copy const& copy) {
  std::vector<std::string> parts;
  for (TableWrite::Pair const& pair : copy.moved)
    parts.push_back("a." + postgres::quote_identifier(pair.source) + " IS NOT NULL");
  return join(parts, " OR ");
}

std::string has_copy(Copy const& copy) {
  std::vector<std::string> parts;
  for (TableWrite::Pair const& pair : copy.keys)
    parts.push_back(fmt::format("b.{} = a.{}", postgres::quote_identifier(pair.target),
                                postgres::quote_identifier(pair.source)));
  return fmt::format("EXISTS (SELECT FROM {} b WHERE {})", copy.to, join(parts, " AND "));
}

Remedy finish_copy(Copy const& copy) {
  return {{fmt::format("INSERT INTO {} ({}) SELECT {} FROM {} a WHERE ({}) AND NOT {} ON CONFLICT DO NOTHING",
                       copy.to, list(copy, &TableWrite::Pair::target, ""),
                       list(copy, &TableWrite::Pair::source, "a."), copy.from, anything_to_copy(copy),
                       has_copy(copy))},
          "on a large table in batches by primary key, each in a transaction of its own"};
}

/// The triggers of either table that write the other one go, too: without it they would fail.
Remedy undo_copy(Copy const& copy, std::vector<RowTrigger> const& triggers) {
  Remedy remedy{{}, "only as long as no application and nothing but the triggers has written the table"};
  for (RowTrigger const& trigger : triggers) {
    std::string const own = qualified(trigger.schema, trigger.table);
    if (own != copy.from && own != copy.to) continue;
    std::string const& other = own == copy.from ? copy.to : copy.from;
    bool const writes_other = std::ranges::any_of(find_writes(trigger.source), [&](TableWrite const& write) {
      return qualified(write.schema.empty() ? trigger.schema : write.schema, write.table) == other;
    });
    if (writes_other) std::ranges::move(drop_trigger(trigger), std::back_inserter(remedy.statements));
  }
  remedy.statements.push_back("DROP TABLE " + copy.to);
  return remedy;
}

}  // namespace

std::vector<BackfillGap> copy_gaps(pqxx::transaction_base& transaction,
                                   std::vector<RowTrigger> const& triggers) {
  Keys const keys = read_keys(transaction);
  std::vector<BackfillGap> gaps;
  for (RowTrigger const& trigger : triggers) {
    for (TableWrite const& write : find_writes(trigger.source)) {
      auto const copy = copy_of(trigger, write, keys);
      BackfillGap gap{.object = "table " + table_of(write, trigger), .trigger = trigger.name};
      bool const known = std::ranges::find(gaps, gap.object, &BackfillGap::object) != gaps.end();
      if (!copy || known) continue;
      if (!count_gap(transaction, gap, trigger.bytes, copy->from + " a", anything_to_copy(*copy),
                     has_copy(*copy)))
        continue;
      gap.finish = finish_copy(*copy);
      gap.undo = undo_copy(*copy, triggers);
      gaps.push_back(std::move(gap));
    }
  }
  return gaps;
}

}  // namespace pgdrill::migrations
