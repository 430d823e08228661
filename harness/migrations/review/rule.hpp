// The contract of a review rule: one rule is one file that registers itself by its last line:
//
//   static RegisterRule const registered(&describe);
#pragma once
#include <string>
#include <vector>

#include "harness/migrations/review/effect.hpp"
#include "harness/migrations/review/sql_file.hpp"

namespace pgdrill::review {

enum class Severity { note, warning, error };
[[nodiscard]] std::string_view name_of(Severity severity);

/// What a rule says of a place in a file.
struct Finding {
  std::string rule;
  Severity severity = Severity::warning;
  std::string message;     ///< what is wrong, of this statement
  std::string help;        ///< what to do instead
  std::size_t offset = 0;  ///< in the file's text
  std::size_t length = 1;  ///< of what is underlined
};

/// A statement under review, with all that earlier ones left behind.
struct Review {
  SqlFile const* file = nullptr;
  Section const* section = nullptr;
  TransactionMode mode = TransactionMode::autocommit;  ///< in which the section is run
  Statement const* statement = nullptr;
  std::size_t index = 0;  ///< of the statement in its section
  std::vector<Action> const* actions = nullptr;
  std::vector<Effect> const* effects = nullptr;  ///< of each action
  Situation situation;

  [[nodiscard]] Schema const& schema() const { return *situation.schema; }
  [[nodiscard]] Session const& session() const { return *situation.session; }
};

/// Collects what one rule finds.
class Findings {
 public:
  Findings(std::vector<Finding>& to, std::string rule, Severity severity, std::string help)
      : to_(&to), rule_(std::move(rule)), severity_(severity), help_(std::move(help)) {}
  /// At the action's place in the statement.
  void add(Review const& review, Action const& action, std::string message, std::string help = "");
  /// At the statement's beginning.
  void add(Review const& review, std::string message, std::string help = "");

 private:
  void push(Review const& review, std::size_t offset, std::string message, std::string help);
  std::vector<Finding>* to_;
  std::string rule_;
  Severity severity_;
  std::string help_;
};

struct Rule {
  std::string id;       ///< "set-not-null-scans"
  std::string summary;  ///< one line
  std::string why;      ///< what happens, with its source
  std::string instead;  ///< what to do: the default help of its findings
  Severity severity = Severity::warning;
  bool by_default = true;  ///< false: only with --rule ID
  void (*check)(Review const&, Findings&) = nullptr;
};

/// All rules, by id.
[[nodiscard]] std::vector<Rule> const& rules();

struct RegisterRule {
  explicit RegisterRule(Rule (*describe)());
};

/// Calls `check` for each action of one kind with its effect: what most rules do.
template <class Check>
void for_each(Review const& review, ActionKind kind, Check check) {
  for (std::size_t i = 0; i < review.actions->size(); ++i) {
    Action const& action = (*review.actions)[i];
    if (action.kind == kind) check(action, (*review.effects)[i]);
  }
}

}  // namespace pgdrill::review
