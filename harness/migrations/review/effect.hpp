// What an action costs and breaks: the strongest locks, rewrite or scan, which version of the application
// fails with it, and whether it can be undone. The table of facts is measured on PostgreSQL 15 and 18
// (pg_locks, relfilenode, debug1 messages); see PostgreSQL's manual, chapters "Explicit Locking" and "ALTER
// TABLE".
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "harness/migrations/review/action.hpp"
#include "harness/migrations/review/schema.hpp"

namespace pgdrill::review {

/// PostgreSQL's table locks, weakest first.
enum class Lock {
  none,
  access_share,
  row_share,
  row_exclusive,
  share_update_exclusive,
  share,
  share_row_exclusive,
  exclusive,
  access_exclusive,
};
[[nodiscard]] std::string_view name_of(Lock lock);  ///< "ACCESS EXCLUSIVE"
/// "reads and writes", "writes", "other DDL and VACUUM", or empty.
[[nodiscard]] std::string_view blocks(Lock lock);

struct TableLock {
  Name table;
  Lock lock = Lock::none;
};

/// The work done while the lock is held, cheapest first.
enum class Cost {
  none,         ///< the catalogue only
  rows,         ///< the rows that the statement names
  wait,         ///< for other transactions, without holding up anyone
  scan,         ///< every row is read
  index_build,  ///< every row is read and an index written
  rewrite,      ///< table and all its indexes are written anew
};
[[nodiscard]] std::string_view name_of(Cost cost);  ///< "full scan"

enum class Undo {
  lossless,    ///< another statement brings back exactly what was
  lossy,       ///< schema yes, but values are changed or gone
  impossible,  ///< only a backup brings it back
  none_needed,
};
[[nodiscard]] std::string_view name_of(Undo undo);

struct Effect {
  std::vector<TableLock> locks = {};  ///< the strongest for each table, on tables that are in use
  Cost cost = Cost::none;
  std::string cost_reason = {};  ///< why there is work: "a volatile default differs in every row"
  std::string breaks_old =
      {};  ///< why the former version of the application fails afterwards; empty: it works
  bool breaks_when_used = false;  ///< `breaks_old` holds once the next version has used what was added
  std::string breaks_new = {};    ///< why the next version cannot run before it
  Undo undo = Undo::none_needed;
  std::string undo_how = {};                 ///< the statement that undoes it, or what brings the data back
  bool needs_no_transaction = false;         ///< refused inside a transaction block
  std::vector<std::string> dependants = {};  ///< who else names what goes: "view public.order_totals"
  bool uncertain = false;  ///< the cost depends on what is not known: `cost_reason` says on what

  [[nodiscard]] Lock strongest() const;
  /// Lock and work together keep readers or writers out for as long as the table is large.
  [[nodiscard]] bool blocks_while_working() const { return strongest() >= Lock::share && cost >= Cost::scan; }
};

/// Parameters of a session that decide over what statements do.
struct Settings {
  bool lock_timeout = false;  ///< a non-zero one was set
  bool statement_timeout = false;
  bool utc = false;                                ///< SET TimeZone = 'UTC'
  std::vector<std::string> search_path{"public"};  ///< schemas, without "$user"
};

/// What earlier statements of the same session left behind.
struct Session : Settings {
  bool in_transaction = false;  ///< of the tool, or by BEGIN
  bool explicit_begin = false;
  std::map<std::string, Lock> held = {};  ///< by table, since the transaction began
  std::set<std::string> new_labels = {};  ///< enum labels added in this transaction
  std::set<std::string> new_types = {};   ///< types made in this transaction
};

struct Situation {
  Schema const* schema = nullptr;
  Session const* session = nullptr;
  int major = 15;                                   ///< of the server that will run it
  std::vector<std::string> const* newer = nullptr;  ///< newer syntax in the statement
  std::vector<Action> const* actions = nullptr;     ///< all actions of the statement
  int minor = -1;                                   ///< of the server; -1: not known

  [[nodiscard]] bool has_newer(std::string_view word) const;
  /// Made by the file itself: nobody uses it yet.
  [[nodiscard]] bool fresh(Name const& table) const;
};

[[nodiscard]] Effect effect_of(Action const& action, Situation const& situation);

/// Registers the function that knows the effects of one kind of action.
using EffectOf = Effect (*)(Action const&, Situation const&);
struct RegisterEffect {
  RegisterEffect(std::initializer_list<ActionKind> kinds, EffectOf effect);
};

}  // namespace pgdrill::review
