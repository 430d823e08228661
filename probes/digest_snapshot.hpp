// Content of all tables as numbers: the same for the same rows in any order, different for any other rows.
//
// A row is hashed over canonical forms of its columns (digest_expressions.hpp), mixed once more, and the
// hashes are added: addition keeps duplicates, which XOR would cancel, and the mixing is what makes the sum
// see values that changed places between rows, to which the record's hash alone is blind because it is
// linear. To name the rows that differ, 32 bits per row are kept; for tables past `row_limit` a count and two
// sums per bucket of keys, out of which a single changed row of a bucket can be computed (digest_locate.hpp).
#pragma once
#include "harness/engine/registry.hpp"

namespace pqxx {
class transaction_base;
}

namespace pgdrill::probes {

/// Tables with more rows keep sums per bucket of primary keys instead of a hash per row.
inline constexpr std::int64_t row_limit = 50'000;
inline constexpr int bucket_count = 1024;

/// How much a digest may ask of the server.
struct DigestLimits {
  Duration statement = std::chrono::seconds(60);  ///< of one statement
  Duration whole = std::chrono::minutes(10);      ///< of all of it, as the client sees it
  Duration lock = std::chrono::seconds(2);        ///< wait for a table's lock; longer is an error (55P03)
  int connections = 2;                            ///< reading at the same time, on one snapshot
  double statements_per_second = 0;               ///< of all connections together; 0: as fast as they go
  std::int64_t blocks_per_statement = 8192;       ///< a larger table is read in ranges of so many blocks
  /// Tables of so many blocks are summed by one statement with connections - 1 parallel workers instead (a
  /// scan of ranges takes a tenth longer): unless statements are limited, which are to be short then.
  std::int64_t parallel_from = 2048;
  std::int64_t parallel_to = 262'144;
};

/// {algorithm, server_major, tables: {"public.orders": {columns: {name: {type, digest}}, key: [names], count,
/// digest, parts: "rows"|"buckets"|"none", labels: deflated base64, hashes: base64}}}; without details the
/// last three and the columns' digests are left out. Schemas pgdrill, pg_* and information_schema are never
/// included.
/// @param before may be null; else rows of large tables that differ from it are named where they can be
[[nodiscard]] Task<Result<json::object>> capture_digest(postgres::ConnectionParameters database, bool details,
                                                        DigestLimits limits,
                                                        json::object const* before = nullptr);

/// The same inside a transaction with the settings of postgres::in_transaction, on one connection.
[[nodiscard]] Result<json::object> read_digest(pqxx::transaction_base& transaction, bool details,
                                               DigestLimits const& limits,
                                               json::object const* before = nullptr);

/// Changes that are declared: "public.orders" (anything in it), "public.orders.seen_at" (values of that
/// column), "public.orders+" (new rows; exact up to `row_limit` rows). Whatever else differs is reported as
/// ever.
using ExpectedChanges = std::vector<std::string>;

/// True when both have the same tables with the same content; needs no details.
[[nodiscard]] bool same_content(json::object const& before, json::object const& after);

[[nodiscard]] std::vector<engine::Difference> compare_digests(json::object const& before,
                                                              json::object const& after,
                                                              ExpectedChanges const& expected = {});

}  // namespace pgdrill::probes
