#include "probes/ledger_log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "harness/base/files.hpp"
#include "harness/base/text.hpp"

namespace pgdrill::probes {

namespace {

constexpr auto limit = std::chrono::seconds(30);

std::string_view name_of(WriteStatus status) {
  switch (status) {
    case WriteStatus::acknowledged:
      return "acknowledged";
    case WriteStatus::failed:
      return "failed";
    case WriteStatus::unknown:
      return "unknown";
  }
  return "";
}

WriteStatus status_of(std::string_view name) {
  if (name == "acknowledged") return WriteStatus::acknowledged;
  return name == "failed" ? WriteStatus::failed : WriteStatus::unknown;
}

Error io_error(std::filesystem::path const& file) {
  return {.kind = ErrorKind::io,
          .what = "cannot write the ledger's evidence",
          .where = file.string(),
          .why = std::strerror(errno)};
}

}  // namespace

Result<std::unique_ptr<LedgerLog>> LedgerLog::open(std::filesystem::path const& directory,
                                                   std::string probe) {
  auto file = directory / writes_file;
  int const descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (descriptor < 0) return fail(io_error(file));
  return std::unique_ptr<LedgerLog>(new LedgerLog(descriptor, std::move(file), std::move(probe)));
}

LedgerLog::~LedgerLog() { ::close(descriptor_); }

Result<> LedgerLog::append(json::object line) {
  std::string const text = json::serialize(line) + "\n";
  auto const written = ::write(descriptor_, text.data(), text.size());
  if (written == static_cast<ssize_t>(text.size())) return {};
  if (written >= 0) errno = ENOSPC;
  return fail(io_error(file_));
}

Result<> LedgerLog::sent(std::int64_t sequence, std::int64_t at_ns) {
  return append({{"probe", probe_}, {"seq", sequence}, {"sent_ns", at_ns}});
}

Result<> LedgerLog::ended(LedgerWrite const& write) {
  return append({{"probe", probe_},
                 {"seq", write.sequence},
                 {"status", name_of(write.status)},
                 {"ended_ns", write.ended_ns},
                 {"origin", write.origin},
                 {"timeline", write.timeline},
                 {"server", write.server}});
}

LedgerLogReader::LedgerLogReader(std::filesystem::path const& directory, std::string probe)
    : file_(directory / writes_file), probe_(std::move(probe)), stream_(file_) {
  if (!stream_) problem_ = io_error(file_);
}

std::optional<LedgerWrite> LedgerLogReader::next() {
  std::string line;
  while (!problem_ && std::getline(stream_, line)) {
    if (line.empty()) continue;
    auto const entry = parse_json(line, file_.string());
    if (!entry) problem_ = entry.error();
    if (!entry || get_string(*entry, "probe") != probe_) continue;
    auto const sequence = get_int(*entry, "seq");
    std::optional<LedgerWrite> before;
    if (open_ && open_->sequence != sequence) before = std::exchange(open_, std::nullopt);
    if (!open_) open_ = LedgerWrite{.sequence = sequence};
    if (find(*entry, "sent_ns") != nullptr) open_->sent_ns = get_int(*entry, "sent_ns");
    if (find(*entry, "status") != nullptr) {
      open_->status = status_of(get_string(*entry, "status"));
      open_->ended_ns = get_int(*entry, "ended_ns");
      open_->origin = get_string(*entry, "origin");
      open_->timeline = get_int(*entry, "timeline");
      open_->server = get_string(*entry, "server");
    }
    if (before) return before;
  }
  return std::exchange(open_, std::nullopt);
}

NextWrite until(std::shared_ptr<LedgerLogReader> reader, std::int64_t last) {
  return [reader = std::move(reader), last]() -> std::optional<LedgerWrite> {
    auto write = reader->next();
    return write && write->sequence <= last ? write : std::nullopt;
  };
}

Result<std::vector<LedgerWrite>> read_ledger_log(std::filesystem::path const& directory,
                                                 std::string_view probe) {
  LedgerLogReader reader(directory, std::string(probe));
  std::vector<LedgerWrite> result;
  while (auto write = reader.next()) result.push_back(std::move(*write));
  if (reader.problem()) return fail(*reader.problem());
  return result;
}

Task<Result<LedgerVerdict>> judge_ledger(postgres::ConnectionParameters database,
                                         std::filesystem::path directory, std::string run_id,
                                         std::string probe, LedgerBoundary boundary, std::int64_t last) {
  CO_TRY(auto connection, co_await postgres::AsyncConnection::connect(std::move(database), limit));
  CO_TRY_VOID(co_await connection->query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", {}, limit));
  CO_TRY_VOID(co_await connection->query(
      fmt::format(
          "DECLARE written CURSOR FOR SELECT sequence, payload FROM pgdrill.ledger_writes WHERE run = {} AND "
          "probe = {} AND sequence <= {} ORDER BY sequence",
          postgres::quote_literal(run_id), postgres::quote_literal(probe), last),
      {}, limit));
  auto const reader = std::make_shared<LedgerLogReader>(directory, probe);
  LedgerJudge judge(until(reader, last), boundary, run_id, probe);
  while (true) {
    CO_TRY(auto rows, co_await connection->query("FETCH 20000 FROM written", {}, limit));
    if (rows.rows.empty()) break;
    for (auto& row : rows.rows) {
      judge.row({std::strtoll(row.at(0).value_or("0").c_str(), nullptr, 10), row.at(1).value_or("")});
    }
  }
  auto verdict = judge.finish();
  if (reader->problem()) co_return fail(*reader->problem());
  co_return verdict;
}

Task<Result<std::vector<LedgerRow>>> read_ledger_rows(postgres::ConnectionParameters database,
                                                      std::string run_id, std::string probe) {
  CO_TRY(auto connection, co_await postgres::AsyncConnection::connect(std::move(database), limit));
  CO_TRY(auto rows,
         co_await connection->query(
             "SELECT sequence, payload FROM pgdrill.ledger_writes WHERE run = $1 AND probe = $2 ORDER BY 1",
             {std::move(run_id), std::move(probe)}, limit));
  std::vector<LedgerRow> result;
  for (auto& row : rows.rows) {
    result.push_back({std::strtoll(row.at(0).value_or("0").c_str(), nullptr, 10), row.at(1).value_or("")});
  }
  co_return result;
}

}  // namespace pgdrill::probes
