// What an audit has to say about one object, and the statements that would mend it.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace pgdrill::migrations {

enum class Severity {
  problem,  ///< the next run of the migration tool, or the application, will meet it
  warning,  ///< may be meant so; somebody should look
  note,     ///< worth knowing, nothing is wrong
};

/// "problem", "warning", "note".
[[nodiscard]] std::string_view name_of(Severity severity);

/// One of the two ways out of a state that stands between two versions.
struct Remedy {
  /// SQL, each to be run on its own in autocommit, in this order: some may not run in a transaction block.
  /// Empty when there is no statement that does it.
  std::vector<std::string> statements = {};
  std::string advice = {};  ///< what must be known or done first, or the command of the tool; may be empty

  [[nodiscard]] bool empty() const { return statements.empty() && advice.empty(); }
};

struct Finding {
  Severity severity = Severity::note;
  std::string kind;     ///< "dirty-history", "changed-checksum", "invalid-index", ...: stable, for programs
  std::string object;   ///< "index public.orders_total", "migration 1.2"
  std::string message;  ///< one sentence for a person
  Remedy finish = {};   ///< goes on to the new state
  Remedy undo = {};     ///< goes back to the old one
};

}  // namespace pgdrill::migrations
