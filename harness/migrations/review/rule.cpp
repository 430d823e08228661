#include "harness/migrations/review/rule.hpp"

#include <algorithm>
#include <cstdlib>

namespace pgdrill::review {

namespace {

std::vector<Rule (*)()>& registered() {
  static std::vector<Rule (*)()> describers;
  return describers;
}

std::vector<Rule> sorted_rules() {
  std::vector<Rule> all;
  for (auto* const describe : registered()) all.push_back(describe());
  std::sort(all.begin(), all.end(), [](Rule const& a, Rule const& b) { return a.id < b.id; });
  for (std::size_t i = 1; i < all.size(); ++i) {
    if (all[i].id == all[i - 1].id) std::abort();  // registered twice
  }
  return all;
}

/// The first word and what follows to the line's end, at most 60 bytes.
std::size_t underlined(std::string const& text, std::size_t offset, std::size_t end) {
  std::size_t const line_end = std::min(text.find('\n', offset), end);
  return std::clamp<std::size_t>(line_end > offset ? line_end - offset : 1, 1, 60);
}

}  // namespace

std::string_view name_of(Severity severity) {
  if (severity == Severity::error) return "error";
  return severity == Severity::warning ? "warning" : "note";
}

void Findings::push(Review const& review, std::size_t offset, std::string message, std::string help) {
  std::size_t const length = underlined(review.file->text, offset, review.statement->end);
  to_->push_back(
      {rule_, severity_, std::move(message), help.empty() ? help_ : std::move(help), offset, length});
}

void Findings::add(Review const& review, Action const& action, std::string message, std::string help) {
  push(review, review.statement->begin + action.offset, std::move(message), std::move(help));
}

void Findings::add(Review const& review, std::string message, std::string help) {
  push(review, review.statement->begin, std::move(message), std::move(help));
}

RegisterRule::RegisterRule(Rule (*describe)()) { registered().push_back(describe); }

std::vector<Rule> const& rules() {
  static std::vector<Rule> const all = sorted_rules();
  return all;
}

}  // namespace pgdrill::review
