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

/// Numbers with equal distances: what a list that nothing happened to is made of, as few words.
struct Stretch {
  std::int64_t first = 0;
  std::int64_t step = 0;
  std::int64_t count = 1;
  bool operator==(Stretch const&) const = default;
};
[[nodiscard]] std::vector<Stretch> pack_list(std::vector<std::int64_t> const& list);
[[nodiscard]] std::vector<std::int64_t> unpack_list(std::vector<Stretch> const& stretches);

/// Follows the lists of one run as a client sees them; elements are numbered in the order of their sending,
/// each sent when the one before it had ended. Its memory is that of the open lists; of a closed one it keeps
/// what does not follow from its first element.
class ListChecker {
 public:
  /// An append is about to be sent; it may be read from now on.
  void sent(std::string const& key, std::int64_t element);
  void ended(std::string const& key, std::int64_t element, WriteStatus status);
  /// A read that was begun when `acknowledged_before` appends to the key had been acknowledged.
  /// @param server who answered; another one than before begins a new epoch: its lists may be shorter, as
  /// after a restore, but must be beginnings of what was there. Of a list that was not read in an epoch
  /// before this one it is not known how that one went on with it, nor which restore took what is gone.
  [[nodiscard]] std::vector<ListAnomaly> read(std::string const& key, std::vector<std::int64_t> const& list,
                                              std::size_t acknowledged_before, std::string const& server);
  [[nodiscard]] std::size_t acknowledged(std::string const& key) const;
  /// Nothing more will be sent to the list; it may be read again at any time.
  void close(std::string const& key);

 private:
  struct List {
    std::vector<std::int64_t> longest;  ///< last list that was read
    std::vector<Stretch> packed;        ///< the same of a closed list
    bool closed = false;
    /// The earliest acknowledged element that did not come over to this server; 0 for none.
    std::int64_t first_gone = 0;
    std::map<std::int64_t, WriteStatus> elements;  ///< ever sent
    std::vector<std::int64_t> acknowledged;        ///< of this epoch, in the order of their acknowledgement
    std::string server;                            ///< that answered the last read
  };
  static void pack(List& list);
  static void unpack(List& list);
  void begin_epoch(List& list, std::set<std::int64_t> const& there, std::string const& server);
  static void compare(List const& list, std::string const& key, std::vector<std::int64_t> const& now,
                      bool new_epoch, std::vector<ListAnomaly>& into);
  /// Servers that took over after `last` and before the one that answers now.
  [[nodiscard]] std::vector<std::string> passed_over(std::string const& last) const;
  /// Whether the restore to one of them may have taken an acknowledged element.
  [[nodiscard]] bool gone_before(std::vector<std::string> const& servers, std::int64_t element) const;
  std::map<std::string, List> lists_;
  std::vector<std::string> servers_;  ///< in the order in which they took over, whichever list told it
  std::map<std::string, std::int64_t> newest_kept_;  ///< the latest element that came over to a server
};

/// "3,1,2" as numbers.
[[nodiscard]] std::vector<std::int64_t> parse_list(std::string_view text);

}  // namespace pgdrill::probes
