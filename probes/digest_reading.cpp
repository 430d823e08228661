#include "probes/digest_reading.hpp"

#include <fmt/format.h>

#include <pqxx/pqxx>
#include <thread>

#include "harness/base/text.hpp"
#include "probes/packing.hpp"

namespace pgdrill::probes {

namespace {

constexpr int row_seed = 1;
constexpr int column_seed = 11;
constexpr int key_seed = 21;
constexpr std::size_t most_named = 200;

std::string hash_sum(std::string const& hash) { return fmt::format("coalesce(sum({}), 0)", hash); }

/// Bucket of a row and the number that its key is told by, out of different bits of one hash.
std::string bucket_of(DigestTable const& table) {
  return fmt::format("({} & {})", row_hash(key_columns(table), key_seed), bucket_count - 1);
}
std::string number_of(DigestTable const& table) {
  return fmt::format("(({} >> 20) & 2147483647)", row_hash(key_columns(table), key_seed));
}
std::string short_hash(DigestTable const& table) {
  return fmt::format("({} & 4294967295)", row_hash(table.columns, row_seed));
}

std::string rows_sql(DigestTable const& table) {
  return fmt::format("SELECT {}, {}{} ORDER BY {}", label_expression(table), short_hash(table),
                     from_clause(table), table.key.empty() ? "2" : "1, 2");
}

std::string buckets_sql(DigestTable const& table, std::string const& where) {
  // The inner query computes each hash once.
  return fmt::format(
      "SELECT b, count(*), sum(h), sum(h * k) FROM (SELECT {} AS b, {} AS k, {} AS h{}{} OFFSET 0) r GROUP "
      "BY b",
      bucket_of(table), number_of(table), short_hash(table), from_clause(table), where);
}

std::string names_sql(DigestTable const& table, std::vector<BucketChange> const& changes) {
  std::vector<std::string> pairs;
  for (auto const& change : changes)
    pairs.push_back(fmt::format("({}, {})", change.bucket, change.key.value_or(-1)));
  return fmt::format(
      "SELECT b || ':' || k, label FROM (SELECT {} AS b, {} AS k, {} AS label{} OFFSET 0) r WHERE (b, k) IN "
      "({})",
      bucket_of(table), number_of(table), label_expression(table), from_clause(table), join(pairs, ", "));
}

}  // namespace

std::string limiting_settings(DigestLimits const& limits) {
  // A policy that hides rows must be an error, not a smaller table.
  return fmt::format(
      "SET LOCAL row_security = off; SET LOCAL lock_timeout = {}; SET LOCAL statement_timeout = {}; "
      "SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL parallel_setup_cost = 0; "
      "SET LOCAL parallel_tuple_cost = 0; SET LOCAL min_parallel_table_scan_size = 0; SET LOCAL jit = off",
      std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::milliseconds>(limits.lock).count()),
      std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::milliseconds>(limits.statement).count()));
}

DigestReading::DigestReading(std::vector<DigestTable> tables, bool details, DigestLimits const& limits)
    : tables_(std::move(tables)),
      details_(details),
      limits_(limits),
      readings_(tables_.size()),
      pace_(limits.statements_per_second) {
  for (std::size_t i = 0; i < tables_.size() && details_; ++i)
    readings_[i].columns.resize(tables_[i].columns.size());
}

std::string DigestReading::sums_sql(DigestTable const& table) const {
  std::string sql = "SELECT count(*), " + hash_sum(row_hash(table.columns, row_seed));
  for (auto const& column : table.columns) {
    if (!details_) break;
    // With the key beside it, a column whose values changed places has another digest too.
    auto with_key = table.key.empty() ? std::vector<DigestColumn>() : key_columns(table);
    with_key.push_back(column);
    sql += ", " + hash_sum(row_hash(with_key, column_seed, Width::whole));
  }
  return sql + from_clause(table);
}

void DigestReading::add_pieces(Jobs& jobs, Piece piece, std::size_t table) const {
  auto const& one = tables_[table];
  bool const parallel = piece == Piece::sums && limits_.connections > 1 &&
                        limits_.statements_per_second == 0 && one.blocks >= limits_.parallel_from &&
                        one.blocks <= limits_.parallel_to;
  if (parallel) {
    jobs.push_back({piece, table, "", {}, true});
    return;
  }
  bool const large = one.ranges && one.blocks > limits_.blocks_per_statement;
  for (std::int64_t block = 0; large && block < one.blocks; block += limits_.blocks_per_statement) {
    // The last range has no end: the table may have grown between the snapshot and the look at its size.
    bool const last = block + limits_.blocks_per_statement >= one.blocks;
    std::string const end =
        last ? "" : fmt::format(" AND ctid < '({},0)'::tid", block + limits_.blocks_per_statement);
    jobs.push_back({piece, table, fmt::format(" WHERE ctid >= '({},0)'::tid{}", block, end)});
  }
  if (!large) jobs.push_back({piece, table, ""});
}

Result<json::object> DigestReading::read(Runner const& runner, json::object const* before) {
  Jobs jobs;
  for (std::size_t i = 0; i < tables_.size(); ++i) add_pieces(jobs, Piece::sums, i);
  TRY_VOID(runner(jobs));
  if (details_) {
    jobs.clear();
    for (std::size_t i = 0; i < tables_.size(); ++i) {
      if (readings_[i].count <= row_limit) jobs.push_back({Piece::rows, i, ""});
      if (readings_[i].count > row_limit) add_pieces(jobs, Piece::buckets, i);
    }
    TRY_VOID(runner(jobs));
    if (before != nullptr) TRY_VOID(runner(naming_jobs(*before)));
  }
  json::object all;
  for (std::size_t i = 0; i < tables_.size(); ++i) all[tables_[i].identity()] = result_of(i);
  return all;
}

DigestReading::Jobs DigestReading::naming_jobs(json::object const& before) const {
  Jobs jobs;
  json::value const whole(before);
  auto const* const tables = find(whole, "tables");
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    auto const* const was = member(tables, tables_[i].identity());
    if (was == nullptr || tables_[i].key.empty() || readings_[i].buckets.empty()) continue;
    auto const old_buckets = unpack_buckets(get_string(*was, "buckets"));
    if (!old_buckets) continue;
    auto changes = compare_buckets(*old_buckets, readings_[i].buckets);
    std::erase_if(changes, [](BucketChange const& change) { return !change.key; });
    if (changes.size() > most_named) changes.resize(most_named);
    if (!changes.empty()) jobs.push_back({Piece::names, i, "", std::move(changes)});
  }
  return jobs;
}

Result<> DigestReading::run(pqxx::transaction_base& transaction, DigestJob const& job) {
  pace_.wait();
  auto const& table = tables_[job.table];
  std::string sql;
  if (job.piece == Piece::sums) sql = sums_sql(table) + job.where;
  if (job.piece == Piece::rows) sql = rows_sql(table);
  if (job.piece == Piece::buckets) sql = buckets_sql(table, job.where);
  if (job.piece == Piece::names) sql = names_sql(table, job.changes);
  if (job.parallel) {
    transaction.exec(fmt::format("SET LOCAL max_parallel_workers_per_gather = {}", limits_.connections - 1));
  }
  auto const rows = transaction.exec(sql);
  if (job.parallel) transaction.exec("SET LOCAL max_parallel_workers_per_gather = 0");
  std::lock_guard const lock(mutex_);
  auto& into = readings_[job.table];
  for (auto const& row : rows) {
    if (job.piece == Piece::sums) {
      into.count += row[0].as<std::int64_t>();
      into.sum += parse_integer(row[1].c_str());
      for (std::size_t i = 0; i < into.columns.size(); ++i)
        into.columns[i] += parse_integer(row[static_cast<int>(i) + 2].c_str());
    } else if (job.piece == Piece::rows) {
      into.labels.emplace_back(row[0].c_str());
      into.hashes.push_back(static_cast<std::uint32_t>(std::strtoull(row[1].c_str(), nullptr, 10)));
    } else if (job.piece == Piece::buckets) {
      auto& bucket = into.buckets[row[0].as<int>()];
      bucket.count += row[1].as<std::int64_t>();
      bucket.sum += parse_integer(row[2].c_str());
      bucket.weighted += parse_integer(row[3].c_str());
    } else {
      into.named.emplace(row[0].c_str(), row[1].c_str());
    }
  }
  return {};
}

json::object DigestReading::result_of(std::size_t table) const {
  auto const& one = tables_[table];
  auto const& reading = readings_[table];
  json::object columns;
  for (std::size_t i = 0; i < one.columns.size(); ++i) {
    json::object column = {{"type", one.columns[i].type}};
    if (details_) column["digest"] = integer_text(reading.columns[i]);
    columns[one.columns[i].name] = std::move(column);
  }
  json::object result = {{"columns", std::move(columns)},
                         {"key", json::value_from(one.key)},
                         {"count", reading.count},
                         {"digest", integer_text(reading.sum)}};
  if (!details_) return result;
  bool const rows = reading.count <= row_limit;
  result["parts"] = rows ? "rows" : "buckets";
  if (rows) {
    result["labels"] = pack_labels(reading.labels);
    result["hashes"] = pack_hashes(reading.hashes);
  } else {
    result["buckets"] = pack_buckets(reading.buckets);
    if (!reading.named.empty()) result["named"] = json::value_from(reading.named);
  }
  return result;
}

}  // namespace pgdrill::probes
