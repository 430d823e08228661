// Rewrites every breaking statement of reviewed files, in their order.
#pragma once
#include <vector>

#include "harness/migrations/review/reviewer.hpp"
#include "harness/migrations/rewrite/rewriting.hpp"

namespace pgdrill::review {

struct RewrittenFiles {
  std::vector<RenderedFile> files;  ///< none when there is a refusal
  std::vector<Error> refusals;      ///< statements that cannot be rewritten, with their place and why
  std::vector<std::string>
      notes;  ///< "file:line:col: ..." of statements that are safe, if something is minded
};

/// Files without a breaking statement are left out: they stay as they are. Of all others every statement is
/// in the phases, or refused.
[[nodiscard]] RewrittenFiles rewrite_files(std::vector<SqlFile> const& files, Options const& options);

}  // namespace pgdrill::review
