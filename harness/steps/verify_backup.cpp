// Can what was restored be rolled back itself?
#include <fmt/format.h>

#include "harness/base/text.hpp"
#include "harness/cnpg/wal.hpp"
#include "harness/steps/archive_proof.hpp"
#include "harness/steps/backups.hpp"
#include "harness/steps/verify_checks.hpp"

namespace pgdrill::steps {

namespace {

struct Archiver {
  std::string last;
  std::int64_t failures = 0;
  std::int64_t left_behind = 0;  ///< segments older than the last archived one that are not archived
};

Task<Result<Archiver>> read_archiver(Verification& verification) {
  CO_TRY(std::string const answer, co_await ask(verification.context, verification.cluster, archiver_sql));
  auto const fields = split(answer, '|');
  if (fields.size() != 3) {
    co_return fail({.kind = ErrorKind::internal, .what = "cannot read pg_stat_archiver", .why = answer});
  }
  co_return Archiver{.last = fields[0],
                     .failures = std::strtoll(fields[1].c_str(), nullptr, 10),
                     .left_behind = std::strtoll(fields[2].c_str(), nullptr, 10)};
}

}  // namespace

Task<Result<bool>> check_backup(Verification& verification) {
  engine::RunContext& context = verification.context;
  TimeLeft const time(verification.timeout);
  std::string const expected =
      "archives without a gap, and a new Backup completes with its last WAL archived";
  CO_TRY(json::value const object,
         co_await context.kube->get({kube::cluster_type, context.target.ns, verification.cluster}));
  if (!cnpg::view_cluster(object).backup_configured) {
    co_return context.check(verification.names.front(), "archive", verification.step, false, expected,
                            "it has no archive: it cannot be rolled back itself");
  }
  CO_TRY(Archiver const before, co_await read_archiver(verification));
  CO_TRY(std::string const name, co_await take_backup(context, verification.cluster));
  context.waiting(verification.step, "Backup " + name + " to complete",
                  "the restored Cluster must be restorable itself");
  Result<cnpg::BackupView> const backup = co_await wait_completed(context, name, time);
  if (!backup) {
    co_return context.check(verification.names.front(), "archive", verification.step, false, expected,
                            ::pgdrill::describe(backup.error()));
  }
  CO_TRY_VOID(co_await ask(context, verification.cluster, "CHECKPOINT"));
  CO_TRY_VOID(co_await ask(context, verification.cluster, "SELECT pg_switch_wal()"));
  context.waiting(verification.step, "WAL segment " + backup->end_wal + " to be archived",
                  "without it Backup " + name + " cannot be restored");
  Result<> const archived = co_await wait_archived(context, verification.cluster, backup->end_wal, time);
  context.witness(verification.step,
                  {.seen = archived.has_value(),
                   .channel = "pg_stat_archiver of Cluster " + verification.cluster,
                   .expected = "segment " + backup->end_wal + " of Backup " + name + " is archived",
                   .observed = archived ? "it is" : ::pgdrill::describe(archived.error())});
  CO_TRY(Archiver const after, co_await read_archiver(verification));
  ArchiveProof proof;
  if (archived) {
    CO_TRY(proof, co_await prove_archive(context, verification.cluster, backup->begin_wal, backup->end_wal,
                                         backup->end_wal, ProofLimits()));
  }
  std::string observed = fmt::format(
      "Backup {} ends with {}; archived up to {} (was {}), {} segments left behind, {} failures "
      "since then; {}",
      name, backup->end_wal, after.last.empty() ? "nothing" : after.last,
      before.last.empty() ? "nothing" : before.last, after.left_behind, after.failures - before.failures,
      proof.text());
  bool const archives = archived && after.left_behind == 0;
  ProofStanding const standing = standing_of(proof, true);
  if (archives && standing == ProofStanding::undecided) {
    co_return fail({.kind = ErrorKind::refused,
                    .what = "whether the new Backup's segments are in the store could not be decided",
                    .where = "Cluster " + verification.cluster,
                    .why = std::move(observed)});
  }
  co_return context.check(verification.names.front(), "archive", verification.step,
                          archives && standing == ProofStanding::whole, expected, std::move(observed));
}

}  // namespace pgdrill::steps
