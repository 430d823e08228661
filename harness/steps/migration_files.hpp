// What commit-migration reads and writes as text: kustomization.yaml, and the log of a migration's Job.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/error.hpp"

namespace pgdrill::steps {

/// kustomization.yaml with "- migrations/<name>" for each name after the last line of that form, in its
/// indent; names that stand there already are left. Error invalid: no line of that form.
[[nodiscard]] Result<std::string> with_migrations(std::string_view kustomization,
                                                  std::vector<std::string> const& names);

/// Rows that psql says were changed: the sum over its command tags (UPDATE n, DELETE n, INSERT 0 n, MERGE n,
/// COPY n); nothing when the log has none.
[[nodiscard]] std::optional<std::int64_t> changed_rows(std::string_view log);
/// The command tags themselves, in order.
[[nodiscard]] std::vector<std::string> command_tags(std::string_view log);

}  // namespace pgdrill::steps
