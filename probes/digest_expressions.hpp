// The SQL of a table's digest: canonical forms of columns, hashes of rows.
#pragma once
#include <string>
#include <vector>

#include "harness/base/error.hpp"

namespace pqxx {
class transaction_base;
}

namespace pgdrill::probes {

struct DigestColumn {
  std::string name;
  std::string type;  ///< as declared: numeric(12,2)
  std::string base;  ///< name of a type of pg_catalog; empty for all others
};

struct DigestTable {
  std::string schema;
  std::string name;
  std::vector<DigestColumn> columns;  ///< in the order of their names
  std::vector<std::string> key;       ///< columns of the primary key
  std::int64_t blocks = 0;            ///< of the main file, at or after the snapshot
  bool ranges = false;                ///< can be read by ranges of blocks
  [[nodiscard]] std::string identity() const { return schema + "." + name; }
};

/// Tables and materialized views of users, partitions one by one.
[[nodiscard]] Result<std::vector<DigestTable>> read_digest_tables(pqxx::transaction_base& transaction);

/// PostgreSQL folds moments of 64 bits to 32 before it hashes them. `whole` avoids that, at some cost.
enum class Width { folded, whole };

/// 64 bits of a row that are equal exactly when the columns' values look the same, but for accidents: where
/// "=" of the type is coarser than that (numeric scale and sign, -0.0, time intervals, padded or
/// nondeterministic text, jsonb, arrays), or the type has no hash, or its hash depends on OIDs (enums), text
/// stands for the value or what "=" leaves out is hashed beside it. Not linear: sums of it see values that
/// changed places.
[[nodiscard]] std::string row_hash(std::vector<DigestColumn> const& columns, int seed,
                                   Width width = Width::folded);
/// The columns of the primary key; all of them when there is none.
[[nodiscard]] std::vector<DigestColumn> key_columns(DigestTable const& table);
[[nodiscard]] std::string from_clause(DigestTable const& table);
/// A row's key for people, in one line: "id=7", or "order_id=7, position=1".
[[nodiscard]] std::string label_expression(DigestTable const& table);

}  // namespace pgdrill::probes
