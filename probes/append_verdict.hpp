// Lists that clients append to, and what reading them proves: each read of a list must continue the reads
// before it. After the workload "append" of Jepsen's Elle (https://github.com/jepsen-io/elle): elements are
// unique, so that a list tells the whole history of its writes.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harness/base/json.hpp"
#include "probes/ledger_verdict.hpp"

namespace pgdrill::probes {

/// What a read of a list disproves; each kind with the element or the length that shows it.
struct ListAnomaly {
  std::string kind;  ///< "lost update", "time travel", "split brain", "duplicated", "resurrected"
  std::string key;
  std::string what;  ///< for people
  bool operator==(ListAnomaly const&) const = default;
};

/// Follows the lists of one run as a client sees them. Its memory is that of the lists themselves.
class ListChecker {
 public:
  /// An append is about to be sent; it may be read from now on.
  void sent(std::string const& key, std::int64_t element);
  void ended(std::string const& key, std::int64_t element, WriteStatus status);
  /// A read that was begun when `acknowledged_before` appends to the key had been acknowledged.
  /// @param server who answered; another one than before begins a new epoch: its lists may be shorter, as
  /// after a
  ///        restore, but must be beginnings of what was there
  [[nodiscard]] std::vector<ListAnomaly> read(std::string const& key, std::vector<std::int64_t> const& list,
                                              std::size_t acknowledged_before, std::string const& server);
  [[nodiscard]] std::size_t acknowledged(std::string const& key) const;

 private:
  struct List {
    std::vector<std::int64_t> longest;             ///< last list that was read
    std::map<std::int64_t, WriteStatus> elements;  ///< ever sent
    std::vector<std::int64_t> acknowledged;        ///< of this epoch, in the order of their acknowledgement
    std::string server;
    std::set<std::string> servers;  ///< that ever answered
  };
  static void compare(List const& list, std::string const& key, std::vector<std::int64_t> const& now,
                      bool new_epoch, std::vector<ListAnomaly>& into);
  std::map<std::string, List> lists_;
};

/// "3,1,2" as numbers.
[[nodiscard]] std::vector<std::int64_t> parse_list(std::string_view text);

}  // namespace pgdrill::probes
