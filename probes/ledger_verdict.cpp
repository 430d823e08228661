#include "probes/ledger_verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "harness/base/files.hpp"

namespace pgdrill::probes {

namespace {

enum class Duty { must_be_there, must_be_gone, either };

Duty duty_of(LedgerWrite const& write, LedgerBoundary const& boundary) {
  if (write.status == WriteStatus::failed) return Duty::must_be_gone;
  bool const resumed = boundary.resumed_from > 0 && write.sequence >= boundary.resumed_from;
  bool const before = boundary.first_after == 0 || write.sequence <= boundary.last_before;
  if (before || resumed) {
    return write.status == WriteStatus::acknowledged ? Duty::must_be_there : Duty::either;
  }
  if (write.sequence < boundary.first_after) return Duty::either;
  // A write without an answer may have reached the restored database just before the first acknowledged one.
  return write.status == WriteStatus::acknowledged ? Duty::must_be_gone : Duty::either;
}

void count(LedgerVerdict& verdict, WriteStatus status) {
  switch (status) {
    case WriteStatus::acknowledged:
      ++verdict.acknowledged;
      break;
    case WriteStatus::failed:
      ++verdict.failed;
      break;
    case WriteStatus::unknown:
      ++verdict.unknown;
      break;
  }
}

/// From the first lost write to the last acknowledged one that must be there.
std::int64_t recovery_point_gap(std::vector<LedgerWrite> const& writes, LedgerVerdict const& verdict,
                                LedgerBoundary const& boundary) {
  if (verdict.lost.empty()) return 0;
  std::int64_t first_lost = 0;
  std::int64_t last_needed = 0;
  for (auto const& write : writes) {
    if (duty_of(write, boundary) == Duty::must_be_there) last_needed = std::max(last_needed, write.ended_ns);
    if (write.sequence == verdict.lost.front()) first_lost = write.sent_ns;
  }
  return std::max<std::int64_t>(1, last_needed - first_lost);
}

}  // namespace

std::string ledger_payload(std::string_view run_id, std::string_view probe, std::int64_t sequence) {
  return sha256_hex(fmt::format("{}/{}/{}", run_id, probe, sequence)).substr(0, 32);
}

LedgerVerdict ledger_verdict(std::vector<LedgerWrite> const& writes, std::vector<LedgerRow> const& rows,
                             LedgerBoundary boundary, std::string_view run_id, std::string_view probe) {
  LedgerVerdict verdict;
  std::map<std::int64_t, std::vector<std::string>> found;
  for (auto const& row : rows) found[row.sequence].push_back(row.payload);
  for (auto const& [sequence, payloads] : found) {
    std::string const sent = ledger_payload(run_id, probe, sequence);
    if (payloads.size() > 1) verdict.duplicated.push_back(sequence);
    if (std::ranges::any_of(payloads, [&sent](auto const& payload) { return payload != sent; })) {
      verdict.altered.push_back(sequence);
    }
  }
  for (auto const& write : writes) {
    count(verdict, write.status);
    bool const there = found.erase(write.sequence) > 0;
    bool const acknowledged = write.status == WriteStatus::acknowledged;
    Duty const duty = duty_of(write, boundary);
    if (duty == Duty::must_be_there) {
      if (there) ++verdict.present;
      if (!there) verdict.lost.push_back(write.sequence);
    } else if (duty == Duty::must_be_gone) {
      if (there) verdict.resurrected.push_back(write.sequence);
      if (!there && acknowledged) ++verdict.rightly_absent;
    }
  }
  // What is left was never sent.
  for (auto const& entry : found) verdict.resurrected.push_back(entry.first);
  std::ranges::sort(verdict.lost);
  std::ranges::sort(verdict.resurrected);
  verdict.rpo_ns = recovery_point_gap(writes, verdict, boundary);
  return verdict;
}

std::int64_t resumed_from(std::vector<LedgerWrite> const& writes, std::int64_t first_after,
                          std::string_view cluster) {
  std::int64_t first = 0;
  for (auto const& write : writes) {
    if (write.status != WriteStatus::acknowledged || write.sequence < first_after || write.origin != cluster)
      continue;
    if (first == 0 || write.sequence < first) first = write.sequence;
  }
  return first;
}

json::object to_json(LedgerVerdict const& verdict, std::string_view probe) {
  return {{"probe", probe},
          {"acked", verdict.acknowledged},
          {"failed", verdict.failed},
          {"unknown", verdict.unknown},
          {"present", verdict.present},
          {"rightly_absent", verdict.rightly_absent},
          {"lost", json::value_from(verdict.lost)},
          {"resurrected", json::value_from(verdict.resurrected)},
          {"duplicated", json::value_from(verdict.duplicated)},
          {"altered", json::value_from(verdict.altered)},
          {"rpo_ns", verdict.rpo_ns}};
}

}  // namespace pgdrill::probes
