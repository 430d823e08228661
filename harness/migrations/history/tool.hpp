// A migration tool: how its table is told, read, and held against its files. One file per tool, which
// registers itself by its last line:
//
//   RegisterTool const registered(&describe);
//
// Every table layout is what the tool itself creates (tests/registry runs the tools).
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/migrations/history/history.hpp"
#include "harness/migrations/history/source.hpp"
#include "harness/migrations/history/table.hpp"
#include "harness/postgres/connection.hpp"

namespace pgdrill::migrations {

/// How the versions of a tool are ordered.
enum class Order {
  number,  ///< integers of any length
  dotted,  ///< numbers separated by dots, as Flyway's "1.10" after "1.9"
  text,    ///< byte by byte
  graph,   ///< by parents in the files; versions themselves have no order
};

struct Tool {
  std::string name;   ///< "golang-migrate"
  std::string title;  ///< "golang-migrate"; as its makers write it
  /// The main table matches one of these.
  std::vector<Signature> signatures;
  /// A condition on the rows, for columns that other tables may have too: a table is the tool's when all its
  /// rows fulfil it. SQL, with search_path = pg_catalog; empty: columns are enough.
  std::string rows_look_like = {};
  /// The table's usual name: what an empty table with `rows_look_like` is told by.
  std::string usual_name = {};
  /// A further condition that looks at other tables.
  bool (*also)(Table const& table, std::vector<Table> const& tables) = nullptr;
  /// The tool's other tables in the same schema: locks, logs, metadata.
  std::vector<Signature> beside = {};
  Order order = Order::number;
  /// The tool applies a version below the highest applied one without being told to.
  bool out_of_order_is_usual = false;
  /// A version is "scope.name", and rows of a scope without any file are not held against the files.
  bool scoped = false;
  /// Reads the rows. Only called for readable tables.
  Result<History> (*read)(pqxx::transaction_base& transaction, Table const& table,
                          std::vector<Table> const& tables) = nullptr;
  /// The tool's migrations among files; empty when the files are another tool's.
  std::vector<MigrationFile> (*files)(std::vector<SourceFile> const& sources) = nullptr;
  /// Adds runs that only the files tell (all versions up to the one in the table).
  void (*complete)(History& history, std::vector<MigrationFile> const& files) = nullptr;
  /// Keys of the session or transaction advisory lock that the tool holds while it runs, as pg_locks shows
  /// them.
  std::vector<std::string> (*lock_keys)(std::string_view database, Table const& table) = nullptr;
};

struct RegisterTool {
  explicit RegisterTool(Tool (*describe)());
};

/// Whether a table belongs to a tool whose main table is `main`: the main table itself, or one beside it.
[[nodiscard]] bool belongs_to(Tool const& tool, Table const& main, Table const& table);

/// All tools, in order of their names.
[[nodiscard]] std::vector<Tool> const& tools();
[[nodiscard]] Tool const* find_tool(std::string_view name);

/// Whether `a` comes before `b`; false for graphs.
[[nodiscard]] bool comes_before(Order order, std::string_view a, std::string_view b);

/// Whether two versions are the same one: numbers without regard to leading zeros.
[[nodiscard]] bool same_version(Order order, std::string_view a, std::string_view b);

/// CRC-32 as in ISO 3309 (zlib), which several tools make lock keys and checksums of.
[[nodiscard]] std::uint32_t crc32(std::string_view bytes);
/// A digest in lower-case hex; algorithm as OpenSSL names it: "md5", "sha1", "sha256", "sha384".
[[nodiscard]] std::string digest_hex(char const* algorithm, std::string_view bytes);
/// The same, raw.
[[nodiscard]] std::string digest_bytes(char const* algorithm, std::string_view bytes);
/// As pg_locks shows a 64-bit advisory lock: "classid/objid/1".
[[nodiscard]] std::string advisory_key(std::int64_t key);

/// Runs by a query that gives version, name, time and checksum (all text, NULL for none), in the order of the
/// runs; all of them applied.
[[nodiscard]] std::vector<Run> read_applied(pqxx::transaction_base& transaction, std::string const& query);

/// All files whose names begin with a number, have one of the extensions and are no down file; version
/// without leading zeros.
[[nodiscard]] std::vector<MigrationFile> numbered_files(std::vector<SourceFile> const& sources,
                                                        std::vector<std::string> const& extensions);
/// For a table with one row: every file up to the version of that row has been applied.
void complete_up_to_version(History& history, std::vector<MigrationFile> const& files);
/// Whether the run stands for a schema that was there before, and is no migration that ran.
[[nodiscard]] bool is_baseline(Run const& run);
/// What lies at or below the last baseline is taken for applied.
void complete_up_to_baseline(History& history, std::vector<MigrationFile> const& files, Order order);

}  // namespace pgdrill::migrations
