// The end of columns whose content has another place by now.
#pragma once
#include "harness/migrations/rewrite/rewriting.hpp"

namespace pgdrill::review {

struct FormerColumns {
  Table const* table = nullptr;
  Schema const* schema = nullptr;
  std::vector<std::string> columns;
};

/// The table with its whole definition. Error kind usage when only files are known, or partitioned tables or
/// views stand in the way.
[[nodiscard]] Result<Table const*> known_table(Name const& name, Schema const& schema);
/// Refuses columns of the key, those that constraints stand on, and those of a domain that refuses NULL.
[[nodiscard]] Result<> check_former(Table const& table, Schema const& schema,
                                    std::vector<std::string> const& columns, std::string const& subject);
/// DROP NOT NULL for each that has it, so that the next version may leave it out.
[[nodiscard]] std::vector<PhaseFile> relax(FormerColumns const& former, Phase phase);
/// Indexes, tombstones, and the columns themselves.
[[nodiscard]] std::vector<PhaseFile> drop_former(FormerColumns const& former);

}  // namespace pgdrill::review
