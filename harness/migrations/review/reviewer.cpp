#include "harness/migrations/review/reviewer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "harness/base/text.hpp"
#include "harness/migrations/review/book_keeping.hpp"
#include "harness/migrations/review/embedded.hpp"
#include "harness/migrations/review/rollback.hpp"
#include "harness/migrations/review/schema_differences.hpp"
#include "harness/migrations/review/search_path.hpp"
#include "harness/migrations/review/session.hpp"

namespace pgdrill::review {

namespace {

Verdict verdict_of(Effect const& effect) {
  if (effect.undo == Undo::impossible) return Verdict::irreversible;
  bool const breaks = !effect.breaks_old.empty() && !effect.breaks_when_used;
  bool const unsafe = breaks || effect.blocks_while_working();
  return unsafe ? Verdict::needs_expand_contract : Verdict::safe;
}

class Reviewer {
 public:
  explicit Reviewer(Options const& options) : options_(&options), schema_(options.schema) {}

  /// `down_follows`: the next file is the down file of this one.
  FileReview review_file(SqlFile const& file, bool down_follows) {
    FileReview review{.file = &file};
    for (std::size_t i = 0; i < file.sections.size(); ++i) {
      Section const& section = file.sections[i];
      bool const is_down = section.direction == Direction::down;
      bool const followed =
          i + 1 < file.sections.size() ? file.sections[i + 1].direction == Direction::down : down_follows;
      if (!is_down && followed) before_up_ = schema_;
      Schema const after_up = is_down ? schema_ : Schema();
      review.sections.push_back(review_section(file, section, review.findings));
      if (!is_down) continue;
      prove_down(section, review.findings);
      schema_ = after_up;
    }
    schema_.settle();
    finish(review);
    return review;
  }

 private:
  [[nodiscard]] bool is_on(Rule const& rule) const {
    return !options_->excluded.contains(rule.id) && (rule.by_default || options_->extra.contains(rule.id));
  }

  /// Actions point into the section's parse nodes: it is the file's own, never a copy.
  SectionReview review_section(SqlFile const& file, Section const& section, std::vector<Finding>& findings) {
    SectionReview review{.direction = section.direction};
    SessionFollower follower(section, mode_of(section), {.search_path = options_->search_path});
    for (std::size_t i = 0; i < section.statements.size(); ++i)
      review.statements.push_back(review_statement(file, section, i, follower, findings));
    for (StatementReview const& one : review.statements)
      review.verdict = std::max(review.verdict, one.verdict);
    review.rollback = rollback_of(review);
    return review;
  }

  [[nodiscard]] TransactionMode mode_of(Section const& section) const {
    bool const assumed = section.mode == TransactionMode::autocommit && options_->assume_transaction;
    return assumed ? TransactionMode::wrapped : section.mode;
  }

  StatementReview review_statement(SqlFile const& file, Section const& section, std::size_t index,
                                   SessionFollower& follower, std::vector<Finding>& findings) {
    Statement const& statement = section.statements[index];
    StatementReview review{.offset = statement.begin, .end = statement.end};
    Review context{&file, &section,        mode_of(section), &statement,
                   index, &review.actions, &review.effects,  {}};
    std::vector<std::string> const none;
    if (statement.parsed) {
      review.kind = statement.parsed->kind;
      review.actions = actions_of(in_schemas(*statement.parsed, follower.session(), review), statement.text);
      bodies_.add_embedded(statement, review);
    }
    context.situation = {&schema_,        &follower.session(),
                         options_->major, statement.parsed ? &statement.parsed->newer : &none,
                         &review.actions, options_->minor};
    for (Action& action : review.actions) take_for_index(action);
    bool const of_tool = is_book_keeping(file, statement);
    for (Action const& action : review.actions)
      review.effects.push_back(of_tool ? Effect() : effect_of(action, context.situation));
    if (!statement.parsed) review.verdict = Verdict::unknown;
    for (Effect const& effect : review.effects) review.verdict = std::max(review.verdict, verdict_of(effect));
    for (Rule const& rule : rules()) {
      if (!is_on(rule) || rule.check == nullptr || of_tool) continue;
      Findings collector(findings, rule.id, rule.severity, rule.instead);
      rule.check(context, collector);
    }
    follower.after(review.actions, review.effects);
    for (Action const& action : review.actions) schema_.apply(action, statement.text);
    return review;
  }

  /// ALTER TABLE renames an index, too, if that is what the name stands for.
  void take_for_index(Action& action) const {
    bool const is_table = action.kind != ActionKind::rename_table || schema_.table(action.table) != nullptr;
    if (!is_table && schema_.names_index(action.table)) action.kind = ActionKind::rename_index;
  }

  /// The statement as this session's search path has it.
  ParsedStatement const& in_schemas(ParsedStatement const& statement, Session const& session,
                                    StatementReview& review) const {
    if (session.search_path == SearchPath{"public"}) return statement;
    auto resolved = std::make_unique<ParsedStatement>(with_schemas(statement, session.search_path, schema_));
    return *review.embedded.emplace_back(std::move(resolved));
  }

  /// What a down section leaves must be what was there before its up section, as far as statements tell.
  void prove_down(Section const& section, std::vector<Finding>& findings) {
    std::optional<Schema> const before = std::exchange(before_up_, std::nullopt);
    if (!before || options_->excluded.contains("down-incomplete")) return;
    std::vector<std::string> const differences = schema_differences(*before, schema_);
    if (differences.empty()) return;
    std::size_t const offset = section.statements.empty() ? section.begin : section.statements.back().begin;
    findings.push_back(
        {"down-incomplete", Severity::warning, "up and down do not lead back: " + join(differences, "; "),
         "undo in the down section what the up section does, in the opposite order", offset, 1});
  }

  /// Applies suppressions and sorts by place.
  void finish(FileReview& review) const {
    std::vector<Finding> kept;
    std::vector<bool> used(review.file->suppressions.size(), false);
    for (Finding& finding : review.findings) {
      if (!suppressed(review, finding, used)) kept.push_back(std::move(finding));
    }
    review.suppressed = review.findings.size() - kept.size();
    for (std::size_t i = 0; i < used.size(); ++i) complain(review.file->suppressions[i], used[i], kept);
    std::sort(kept.begin(), kept.end(), [](Finding const& a, Finding const& b) {
      return std::tie(a.offset, a.rule, a.message) < std::tie(b.offset, b.rule, b.message);
    });
    review.findings = std::move(kept);
  }

  static bool suppressed(FileReview const& review, Finding const& finding, std::vector<bool>& used) {
    for (std::size_t i = 0; i < used.size(); ++i) {
      Suppression const& one = review.file->suppressions[i];
      bool const names = std::find(one.rules.begin(), one.rules.end(), finding.rule) != one.rules.end();
      if (!names || one.reason.empty()) continue;
      bool const here = one.whole_file || lies_in(review, one.statement, finding.offset);
      if (!here) continue;
      used[i] = true;
      return true;
    }
    return false;
  }

  static bool lies_in(FileReview const& review, std::size_t statement, std::size_t offset) {
    for (SectionReview const& section : review.sections) {
      for (StatementReview const& one : section.statements) {
        if (one.offset == statement) return offset >= one.offset && offset <= one.end;
      }
    }
    return false;
  }

  static void complain(Suppression const& one, bool used, std::vector<Finding>& findings) {
    if (one.reason.empty()) {
      findings.push_back({"suppression-without-reason", Severity::error,
                          "this comment suppresses nothing: it gives no reason",
                          "write -- pgdrill: allow RULE: REASON", one.offset, 1});
    } else if (!used) {
      findings.push_back({"unused-suppression", Severity::note,
                          fmt::format("{} found nothing here", join(one.rules, ", ")), "delete the comment",
                          one.offset, 1});
    }
  }

  Options const* options_;
  Schema schema_;
  std::optional<Schema> before_up_;
  FunctionBodies bodies_;
};

}  // namespace

std::string_view name_of(Verdict verdict) {
  static constexpr std::array<std::string_view, 4> names{"safe", "unknown", "needs expand-contract",
                                                         "irreversible"};
  return names.at(static_cast<std::size_t>(verdict));
}

std::size_t ReviewReport::count(Severity severity) const {
  std::size_t found = 0;
  for (FileReview const& file : files) {
    for (Finding const& finding : file.findings) found += finding.severity == severity ? 1 : 0;
  }
  return found;
}

Verdict ReviewReport::verdict() const {
  Verdict worst = Verdict::safe;
  for (FileReview const& file : files) {
    for (SectionReview const& section : file.sections) {
      if (section.direction == Direction::up) worst = std::max(worst, section.verdict);
    }
  }
  return worst;
}

ReviewReport review(std::vector<SqlFile> const& files, Options const& options) {
  ReviewReport report;
  Reviewer reviewer(options);
  for (std::size_t i = 0; i < files.size(); ++i) {
    SqlFile const& file = files[i];
    bool const down_follows = i + 1 < files.size() && !file.version.empty() &&
                              files[i + 1].version == file.version &&
                              files[i + 1].sections.front().direction == Direction::down;
    report.files.push_back(reviewer.review_file(file, down_follows));
    for (SectionReview const& section : report.files.back().sections) {
      report.statements += section.statements.size();
      for (StatementReview const& one : section.statements) report.unparsed += one.kind.empty() ? 1 : 0;
    }
  }
  return report;
}

}  // namespace pgdrill::review
