// Journals for tests, in the shape of harness/engine/journal.hpp, with times of their own.
#pragma once
#include <string>

#include "harness/base/json.hpp"
#include "reports/run.hpp"

namespace pgdrill::reports {

class JournalBuilder {
 public:
  JournalBuilder& at(double seconds) {
    t_ = static_cast<Nanoseconds>(seconds * 1e9);
    return *this;
  }
  JournalBuilder& add(std::string_view event, json::object fields);
  JournalBuilder& sample(std::string_view probe, std::string_view sample_class, std::string_view status);
  JournalBuilder& mark(std::string_view name);
  /// A clock of the cluster that tells the mark's moment, in whole seconds, and is 0.2 s behind to 0.3 s
  /// ahead.
  JournalBuilder& clock(std::string_view clock, std::string_view mark, std::string_view source,
                        std::string_view at);
  JournalBuilder& step(std::string_view id, std::string_view status, double seconds, json::object error = {});
  JournalBuilder& check(std::string_view name, std::string_view subject, std::string_view status,
                        json::array details = {});
  [[nodiscard]] std::string const& text() const { return text_; }
  [[nodiscard]] Run run() const;

 private:
  Nanoseconds t_ = 0;
  std::int64_t sequence_ = 0;
  std::string text_;
};

/// The beginning of a run with objectives rto 60 s, rpo 0 s, integrity exact, and probes heartbeat,
/// application, ledger.
[[nodiscard]] JournalBuilder started_run();
/// A whole run that passes: damage at 10 s, right again at 30 s, all checked, all undone.
[[nodiscard]] JournalBuilder passing_run();
/// The same with everything that a package can hold (a fault, a captured target, a backup, a restore), of
/// which much failed: rows differ, a write is lost, an act is not undone.
[[nodiscard]] JournalBuilder failing_run();

}  // namespace pgdrill::reports
