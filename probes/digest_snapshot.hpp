// Content of all tables as numbers: the same for the same rows in any order, different for any other rows.
//
// A row is its record text with every column as text under pinned settings, so that NULL and '' differ and a
// value that moved to another row or column does too. Each row is hashed as a whole (two 64-bit hashes of
// other seeds) and the hashes are added: addition keeps duplicates, which XOR would cancel, and the hash
// before it is not linear. Per row, or per bucket of rows for tables past `row_limit`, 32 bits are kept to
// name the rows that differ.
#pragma once
#include "harness/engine/registry.hpp"

namespace pgdrill::probes {

/// Tables with more rows keep a digest per bucket of primary keys instead of one per row.
inline constexpr std::int64_t row_limit = 50'000;
inline constexpr int bucket_count = 1024;

/// {algorithm, tables: {"public.orders": {columns: {name: {type, digest}}, key: [names], count, digest,
///  parts: "rows"|"buckets"|"none", labels: deflated base64, hashes: base64}}}; without details the last
///  three are
/// left out. Schemas pgdrill, pg_* and information_schema are never included.
[[nodiscard]] Task<Result<json::object>> capture_digest(postgres::ConnectionParameters database, bool details,
                                                        Duration limit);

/// True when both have the same tables with the same content; needs no details.
[[nodiscard]] bool same_content(json::object const& before, json::object const& after);

[[nodiscard]] std::vector<engine::Difference> compare_digests(json::object const& before,
                                                              json::object const& after);

}  // namespace pgdrill::probes
