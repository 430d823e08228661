// The review of migration files: statement by statement in the order in which a tool would run them.
#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review {

enum class Verdict {
  safe,
  unknown,  ///< a statement could not be read: nothing is known of it
  needs_expand_contract,
  irreversible,
};
[[nodiscard]] std::string_view name_of(Verdict verdict);  ///< "needs expand-contract"

struct Options {
  int major = 15;                                  ///< of the server that will run the files
  int minor = -1;                                  ///< likewise; -1: not known
  bool assume_transaction = false;                 ///< plain files are run in a transaction by their tool
  std::set<std::string> extra = {};                ///< rules that are not on by default
  std::set<std::string> excluded = {};             ///< rules that are off
  Schema schema = {};                              ///< what is known of the database before the first file
  std::vector<std::string> search_path{"public"};  ///< that a session begins with
};

struct StatementReview {
  std::size_t offset = 0;
  std::size_t end = 0;
  std::string kind;  ///< "AlterTableStmt"; empty when it could not be parsed
  std::vector<Action> actions = {};
  std::vector<Effect> effects = {};
  Verdict verdict = Verdict::safe;
  /// Owns what actions in DO blocks point to, and those of a statement whose tables another search path
  /// found.
  std::vector<std::unique_ptr<ParsedStatement>> embedded = {};
};

/// What a rollback after this section meets.
struct Rollback {
  std::string
      former_version_fails;  ///< why the former version of the application cannot run afterwards; or empty
  std::string not_undone;    ///< why it cannot be undone without a backup; empty: it can
  std::size_t point_of_no_return = std::string::npos;  ///< offset of the statement, npos for none
};

struct SectionReview {
  Direction direction = Direction::up;
  std::vector<StatementReview> statements = {};
  Rollback rollback = {};
  Verdict verdict = Verdict::safe;
};

struct FileReview {
  SqlFile const* file = nullptr;
  std::vector<SectionReview> sections = {};
  std::vector<Finding> findings = {};  ///< by place
  std::size_t suppressed = 0;
};

struct ReviewReport {
  std::vector<FileReview> files = {};
  std::size_t statements = 0;
  std::size_t unparsed = 0;

  [[nodiscard]] std::size_t count(Severity severity) const;
  [[nodiscard]] Verdict verdict() const;
};

/// `files` must outlive the report. Down sections are reviewed against the schema that their up section
/// leaves.
[[nodiscard]] ReviewReport review(std::vector<SqlFile> const& files, Options const& options);

}  // namespace pgdrill::review
