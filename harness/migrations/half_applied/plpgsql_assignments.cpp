// Reads assignments out of PL/pgSQL without a parser of it: comments and literals are blanked, statements end
// at semicolons. https://www.postgresql.org/docs/15/plpgsql-trigger.html
#include <algorithm>
#include <cctype>

#include "harness/migrations/half_applied/sync_triggers.hpp"

namespace pgdrill::migrations {

namespace {

bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$'; }

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

/// Replaces comments and the content of literals by blanks of the same length, so that places stay the same.
std::string without_comments_and_literals(std::string_view source) {
  std::string text(source);
  auto const blank = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < std::min(to, text.size()); ++i) text[i] = text[i] == '\n' ? '\n' : ' ';
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::size_t end = i;
    if (source.substr(i).starts_with("--")) end = std::min(source.find('\n', i), source.size());
    if (source.substr(i).starts_with("/*")) end = std::min(source.find("*/", i + 2), source.size() - 2) + 2;
    if (source[i] == '\'') end = std::min(source.find('\'', i + 1), source.size() - 1) + 1;
    if (end == i) continue;
    blank(i, end);
    i = end - 1;
  }
  return text;
}

/// The column after "NEW." at a place; empty when there is none. Moves the place behind it.
std::string column_of_new(std::string_view text, std::size_t& at) {
  if (text.size() - at < 5 || lower(text[at]) != 'n' || lower(text[at + 1]) != 'e' ||
      lower(text[at + 2]) != 'w' || text[at + 3] != '.' ||
      (at > 0 && (is_name(text[at - 1]) || text[at - 1] == '.'))) {
    return {};
  }
  std::size_t i = at + 4;
  std::string name;
  if (text[i] == '"') {
    std::size_t const close = text.find('"', i + 1);
    if (close == std::string_view::npos) return {};
    name = text.substr(i + 1, close - i - 1);
    i = close + 1;
  } else {
    for (; i < text.size() && is_name(text[i]); ++i) name += lower(text[i]);
  }
  at = i;
  return name;
}

/// Whether a statement begins here: only blanks since a semicolon or one of the words that statements follow.
bool begins_statement(std::string_view text, std::size_t at) {
  std::string_view before = text.substr(0, at);
  while (!before.empty() && std::isspace(static_cast<unsigned char>(before.back())) != 0)
    before.remove_suffix(1);
  if (before.empty() || before.back() == ';') return true;
  return std::ranges::any_of(std::vector<std::string_view>{"begin", "then", "else", "loop"},
                             [&](std::string_view word) {
                               if (before.size() < word.size()) return false;
                               std::string_view const end = before.substr(before.size() - word.size());
                               return std::ranges::equal(end, word, {}, &lower);
                             });
}

/// Where a whole word stands, from a place on; npos for nowhere. `text` and `word` are in lower case.
std::size_t find_word(std::string_view text, std::string_view word, std::size_t from) {
  for (std::size_t at = text.find(word, from); at != std::string_view::npos; at = text.find(word, at + 1)) {
    bool const begins = at == 0 || !is_name(text[at - 1]);
    bool const ends = at + word.size() >= text.size() || !is_name(text[at + word.size()]);
    if (begins && ends) return at;
  }
  return std::string_view::npos;
}

/// In lower case, with one blank for several.
std::string squeezed(std::string_view text) {
  std::string out;
  for (char const c : text) {
    bool const blank = std::isspace(static_cast<unsigned char>(c)) != 0;
    if (!blank)
      out += lower(c);
    else if (!out.ends_with(' '))
      out += ' ';
  }
  return out;
}

std::vector<std::string> sources_of(std::string_view expression, std::string_view target) {
  std::vector<std::string> sources;
  for (std::size_t at = 0; at < expression.size();) {
    std::size_t behind = at;
    std::string name = column_of_new(expression, behind);
    if (behind == at) {
      ++at;
      continue;
    }
    at = behind;
    if (!name.empty() && name != target && std::ranges::find(sources, name) == sources.end())
      sources.push_back(std::move(name));
  }
  return sources;
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && std::isspace(static_cast<unsigned char>(text[at])) != 0) ++at;
  return at;
}

}  // namespace

bool asks_for_changes_alone(std::string_view source) {
  std::string const text = squeezed(without_comments_and_literals(source));
  if (find_word(text, "case", 0) != std::string::npos) return false;
  for (std::string_view const word : {"if", "elsif", "elseif"}) {
    for (std::size_t at = find_word(text, word, 0); at != std::string::npos;
         at = find_word(text, word, at + 1)) {
      if (text.substr(0, at).ends_with("end ")) continue;
      std::size_t const then = std::min(find_word(text, "then", at), text.size());
      std::string_view const condition = std::string_view(text).substr(at, then - at);
      bool const allowed = condition.find("is distinct from") != std::string_view::npos ||
                           find_word(condition, "tg_op", 0) != std::string_view::npos;
      if (!allowed) return false;
    }
  }
  return true;
}

std::vector<Assignment> find_assignments(std::string_view source) {
  std::string const text = without_comments_and_literals(source);
  std::vector<Assignment> found;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t behind = at;
    std::string const target = column_of_new(text, behind);
    if (target.empty() || !begins_statement(text, at)) {
      at = std::max(at + 1, behind);
      continue;
    }
    at = skip_blanks(text, behind);
    if (text.substr(at).starts_with(":=")) {
      at += 2;
    } else if (at < text.size() && text[at] == '=') {
      at += 1;
    } else {
      continue;
    }
    at = skip_blanks(text, at);
    std::size_t const end = std::min(text.find(';', at), text.size());
    // Literals are blanked in `text` alone: the expression itself comes from the source.
    Assignment assignment{.target = target,
                          .expression = std::string(source.substr(at, end - at)),
                          .sources = sources_of(std::string_view(text).substr(at, end - at), target)};
    if (!assignment.sources.empty()) found.push_back(std::move(assignment));
    at = end;
  }
  return found;
}

}  // namespace pgdrill::migrations
