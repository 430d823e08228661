#include "harness/steps/archive_proof.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/text.hpp"
#include "harness/cnpg/wal.hpp"
#include "harness/steps/waiting.hpp"

namespace pgdrill::steps {

char const* const archiver_sql =
    "SELECT coalesce(last_archived_wal, ''), failed_count, (SELECT count(*) FROM pg_ls_archive_statusdir() "
    "WHERE name ~ '^[0-9A-F]{24}[.]ready$' AND left(name, 24) < left(last_archived_wal, 24) "
    "AND left(name, 8) = left(last_archived_wal, 8)) FROM pg_stat_archiver";

namespace {

/// Memory of the pod. The plugin takes the path below PGDATA, the manager as it stands: with so many steps up
/// both come to the same file.
constexpr char const* place = "/../../../../../../../../dev/shm/pgdrill-wal-proof";
constexpr char const* same_place = "/dev/shm/pgdrill-wal-proof";

std::string reason_of(kube::ExecResult const& result) {
  auto const lines = split(trim(result.err.empty() ? result.out : result.err), '\n');
  return fmt::format("wal-restore ended with {}: {}", result.exit_code, lines.empty() ? "" : lines.back());
}

bool says_missing(kube::ExecResult const& result) {
  return (result.out + result.err).find("WAL file not found") != std::string::npos;
}

}  // namespace

std::string ArchiveProof::text() const {
  auto const all = static_cast<std::int64_t>(fetched.size() + missing.size()) + skipped;
  std::string result = fmt::format("{} of {} segments fetched from the store", fetched.size(), all);
  if (!fetched.empty()) result += fmt::format(", {} to {}", fetched.front(), fetched.back());
  if (skipped > 0) result += fmt::format("; {} not fetched", skipped);
  if (skipped_of_backup > 0) result += fmt::format(", {} of them the backup's own", skipped_of_backup);
  if (!missing.empty()) result += "; missing in the store: " + join(missing, ", ");
  if (!why_not.empty()) result += "; " + why_not;
  return result;
}

std::vector<std::string> ArchiveProof::not_examined() const {
  if (skipped == 0) return {};
  auto const all = static_cast<std::int64_t>(fetched.size() + missing.size()) + skipped;
  return {fmt::format("{} of {} WAL segments: only the archiver's word stands for them", skipped, all)};
}

ProofStanding standing_of(ArchiveProof const& proof, bool every_segment) {
  if (!proof.missing.empty()) return ProofStanding::disproved;
  if (!proof.why_not.empty()) return ProofStanding::undecided;
  if (proof.skipped == 0) return ProofStanding::whole;
  bool const enough = !proof.wanted || proof.skipped_of_backup == 0;
  return enough && !every_segment ? ProofStanding::in_part : ProofStanding::undecided;
}

bool check_archive(engine::RunContext& context, std::string_view step, ArchiveProof const& proof,
                   bool every_segment) {
  ProofStanding const standing = standing_of(proof, every_segment);
  std::string expected = "each segment is in the store";
  if (standing == ProofStanding::undecided) {
    std::string reason = proof.text();
    if (proof.why_not.empty()) reason += "; to fetch them raise fetched_segments and fetch_time";
    context.undecided(archive_check, "archive", step, std::move(expected), std::move(reason));
    return true;
  }
  if (standing == ProofStanding::in_part) expected = "each segment that was to be fetched is in the store";
  return context.check(archive_check, "archive", step, standing != ProofStanding::disproved,
                       std::move(expected), proof.text(), {}, proof.not_examined());
}

std::vector<std::string> segments_to_fetch(std::vector<std::string> const& all, std::string const& needed,
                                           std::int64_t most) {
  auto const between = std::ranges::upper_bound(all, needed);
  std::vector<std::string> chosen(all.begin(), between);
  if (between != all.end()) {
    chosen.push_back(all.back());
    chosen.insert(chosen.end(), between, std::prev(all.end()));
  }
  chosen.resize(std::min(chosen.size(), static_cast<std::size_t>(std::max<std::int64_t>(most, 0))));
  return chosen;
}

Task<Result<ArchiveProof>> prove_archive(engine::RunContext& context, std::string cluster, std::string first,
                                         std::string needed, std::string last, ProofLimits limits) {
  ArchiveProof proof{.wanted = limits.segments > 0};
  TimeLeft const time(limits.time);
  CO_TRY(std::string const size,
         co_await ask(context, cluster, "SELECT pg_size_bytes(current_setting('wal_segment_size'))"));
  CO_TRY(auto const all, cnpg::segments_between(first, last, std::strtoll(size.c_str(), nullptr, 10)));
  proof.skipped = static_cast<std::int64_t>(all.size());
  proof.skipped_of_backup = std::ranges::upper_bound(all, needed) - all.begin();
  if (!proof.wanted) co_return proof;
  CO_TRY(std::string const pod, co_await context.databases.primary_pod(cluster));
  for (std::string const& segment : segments_to_fetch(all, needed, limits.segments)) {
    if (time.over() && segment > needed) break;
    std::vector<std::string> command{"/controller/manager", "wal-restore", segment, place};
    CO_TRY(kube::ExecResult const result,
           co_await context.kube->exec(context.target.ns, pod, "postgres", std::move(command)));
    if (result.exit_code == 0) {
      proof.fetched.push_back(segment);
    } else if (says_missing(result)) {
      proof.missing.push_back(segment);
    } else {
      proof.why_not = reason_of(result);
      break;
    }
    --proof.skipped;
    if (segment <= needed) --proof.skipped_of_backup;
  }
  std::ranges::sort(proof.fetched);
  std::vector<std::string> clean{"rm", "-f", same_place};
  CO_TRY_VOID(co_await context.kube->exec(context.target.ns, pod, "postgres", std::move(clean)));
  co_return proof;
}

}  // namespace pgdrill::steps
