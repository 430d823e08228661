#include "probes/ledger_verdict.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/files.hpp"

namespace pgdrill::probes {

namespace {

enum class Duty { must_be_there, must_be_gone, either };

Duty duty_of(LedgerWrite const& write, LedgerBoundary const& boundary) {
  if (write.status == WriteStatus::failed) return Duty::must_be_gone;
  for (LedgerBoundary const& rollback : boundary.earlier) {
    Duty const duty = duty_of(write, rollback);
    if (duty != Duty::must_be_there) return duty;
  }
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

}  // namespace

std::string ledger_payload(std::string_view run_id, std::string_view probe, std::int64_t sequence) {
  return sha256_hex(fmt::format("{}/{}/{}", run_id, probe, sequence)).substr(0, 32);
}

LedgerJudge::LedgerJudge(NextWrite next, LedgerBoundary boundary, std::string run_id, std::string probe)
    : next_(std::move(next)),
      boundary_(std::move(boundary)),
      run_id_(std::move(run_id)),
      probe_(std::move(probe)) {
  pull();
}

void LedgerJudge::pull() { write_ = next_(); }

void LedgerJudge::pass(LedgerWrite const& write, bool there) {
  count(verdict_, write.status);
  bool const acknowledged = write.status == WriteStatus::acknowledged;
  bool const replaced = acknowledged && primaries_.replaced(write);
  if (acknowledged) primaries_.heard(write, replaced);
  if (replaced) verdict_.split_brain.push_back(write.sequence);
  Duty const duty = duty_of(write, boundary_);
  if (duty == Duty::must_be_there) {
    last_needed_ns_ = std::max(last_needed_ns_, write.ended_ns);
    if (there) ++verdict_.present;
    if (!there && verdict_.lost.empty()) first_lost_ns_ = write.sent_ns;
    if (!there) verdict_.lost.push_back(write.sequence);
  } else if (duty == Duty::must_be_gone) {
    if (there) verdict_.resurrected.push_back(write.sequence);
    if (!there && acknowledged) ++verdict_.rightly_absent;
  }
}

void LedgerJudge::pass_until(std::int64_t sequence) {
  for (; write_ && write_->sequence < sequence; pull()) pass(*write_, false);
}

void LedgerJudge::row(LedgerRow const& row) {
  bool const again = row.sequence == last_sequence_;
  if (!again) {
    last_sequence_ = row.sequence;
    last_duplicated_ = last_altered_ = false;
    pass_until(row.sequence);
    if (write_ && write_->sequence == row.sequence) {
      pass(*write_, true);
      pull();
    } else {
      verdict_.resurrected.push_back(row.sequence);  // it was never sent
    }
  }
  if (again && !last_duplicated_) verdict_.duplicated.push_back(row.sequence);
  last_duplicated_ = again;
  bool const altered = row.payload != ledger_payload(run_id_, probe_, row.sequence);
  if (altered && !last_altered_) verdict_.altered.push_back(row.sequence);
  last_altered_ = last_altered_ || altered;
}

LedgerVerdict LedgerJudge::finish() {
  for (; write_; pull()) pass(*write_, false);
  // From the first lost write to the last acknowledged one that must be there.
  if (!verdict_.lost.empty()) verdict_.rpo_ns = std::max<std::int64_t>(1, last_needed_ns_ - first_lost_ns_);
  return std::move(verdict_);
}

LedgerVerdict ledger_verdict(std::vector<LedgerWrite> const& writes, std::vector<LedgerRow> rows,
                             LedgerBoundary boundary, std::string_view run_id, std::string_view probe) {
  auto next = [at = writes.begin(), end = writes.end()]() mutable -> std::optional<LedgerWrite> {
    if (at == end) return std::nullopt;
    return *at++;
  };
  std::ranges::sort(rows, {}, &LedgerRow::sequence);
  LedgerJudge judge(next, boundary, std::string(run_id), std::string(probe));
  for (auto const& row : rows) judge.row(row);
  return judge.finish();
}

std::int64_t resumed_from(NextWrite const& next, std::int64_t first_after, std::string_view cluster) {
  std::int64_t first = 0;
  while (auto const write = next()) {
    bool const here = write->status == WriteStatus::acknowledged && write->sequence >= first_after &&
                      write->origin == cluster;
    if (here && (first == 0 || write->sequence < first)) first = write->sequence;
  }
  return first;
}

std::int64_t resumed_from(std::vector<LedgerWrite> const& writes, std::int64_t first_after,
                          std::string_view cluster) {
  auto const next = [at = writes.begin(), end = writes.end()]() mutable -> std::optional<LedgerWrite> {
    if (at == end) return std::nullopt;
    return *at++;
  };
  return resumed_from(NextWrite(next), first_after, cluster);
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
          {"split_brain", json::value_from(verdict.split_brain)},
          {"rpo_ns", verdict.rpo_ns}};
}

}  // namespace pgdrill::probes
