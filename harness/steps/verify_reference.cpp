// The restored content against that of another Cluster that is live, where sums of a captured target could
// say of large tables only that they differ.
#include <fmt/format.h>

#include "harness/base/text.hpp"
#include "harness/steps/verify_checks.hpp"
#include "probes/digest_live.hpp"
#include "probes/load_limits.hpp"

namespace pgdrill::steps {

Task<Result<bool>> check_reference(Verification& verification) {
  engine::RunContext& context = verification.context;
  std::string const& reference = verification.reference;
  if (reference.empty()) {
    co_return fail({.kind = ErrorKind::usage,
                    .what = "no Cluster to compare with",
                    .where = "step " + verification.step,
                    .todo = "name one: reference: CLUSTER"});
  }
  CO_TRY(auto expected,
         co_await context.databases.reach(reference + "-rw", reference + "-app", context.target.database));
  CO_TRY(auto actual, co_await context.databases.reach(context.target.service, context.target.secret,
                                                       context.target.database));
  probes::DigestLimits limits{.statement = verification.timeout, .whole = verification.timeout};
  probes::limit(limits, verification.reading.limits);
  std::vector<std::string> const declared = declared_changes(verification);
  CO_TRY(auto const compared,
         co_await probes::compare_live(std::move(expected), std::move(actual), limits, declared));
  std::vector<std::string> details;
  for (engine::Difference const& difference : compared.differences) {
    details.push_back(
        fmt::format("{}: {}: {}", difference.object, difference.what, join(difference.rows, ", ")));
  }
  co_return context.check(verification.names.front(), "data", verification.step, compared.differences.empty(),
                          "the same rows",
                          details.empty() ? "the same rows" : fmt::format("{} differences", details.size()),
                          details, told(declared));
}

}  // namespace pgdrill::steps
