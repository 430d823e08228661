#include "harness/migrations/review/written_default.hpp"

#include <algorithm>
#include <array>

#include "harness/base/text.hpp"

namespace pgdrill::review {

namespace {

/// What may follow a default in a column's definition. The grammar takes care that no default holds one of
/// them outside of parentheses (b_expr of PostgreSQL's gram.y), but as its first word: DEFAULT NULL.
bool begins_a_clause(std::string const& text, Token const& token) {
  static constexpr std::array<std::string_view, 12> words{"constraint", "not",       "null",       "check",
                                                          "unique",     "primary",   "references", "collate",
                                                          "deferrable", "initially", "generated",  "default"};
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return is_word(text, token, word); });
}

/// +1 where something begins that holds commas and words of its own, -1 where it ends.
int nesting(std::string const& text, Token const& token) {
  if (is_symbol(text, token, '(') || is_symbol(text, token, '[') || is_word(text, token, "case")) return 1;
  if (is_symbol(text, token, ')') || is_symbol(text, token, ']') || is_word(text, token, "end")) return -1;
  return 0;
}

/// ON DELETE SET DEFAULT is no default.
bool of_foreign_key(std::string const& text, std::vector<Token> const& before) {
  std::size_t const count = before.size();
  return count > 1 && is_word(text, before[count - 1], "set") &&
         (is_word(text, before[count - 2], "delete") || is_word(text, before[count - 2], "update"));
}

/// Of a definition that begins at byte `begin`.
std::string read_default(std::string const& text, std::vector<Token> const& tokens, std::size_t begin) {
  std::vector<Token> seen;
  std::size_t from = std::string::npos;
  std::size_t to = from;
  int depth = 0;
  for (Token const& token : tokens) {
    if (token.begin < begin || token.kind == TokenKind::comment) continue;
    int const nested = nesting(text, token);
    bool const ends =
        depth == 0 && (nested < 0 || is_symbol(text, token, ',') || is_symbol(text, token, ';'));
    bool const complete = from != std::string::npos && to > from;
    if (ends || (depth == 0 && complete && begins_a_clause(text, token))) break;
    if (from != std::string::npos) {
      to = token.end;
    } else if (depth == 0 && is_word(text, token, "default") && !of_foreign_key(text, seen)) {
      from = to = token.end;
    }
    depth += nested;
    seen.push_back(token);
  }
  return from == std::string::npos ? "" : std::string(trim(text.substr(from, to - from)));
}

}  // namespace

std::string default_in_definition(std::string const& text, std::vector<Token> const& tokens,
                                  std::size_t begin, std::string const& column) {
  // The parser may have read other words than the text's own (newer_syntax.hpp): they lie elsewhere.
  auto const first =
      std::find_if(tokens.begin(), tokens.end(), [&](Token const& token) { return token.begin == begin; });
  bool const is_here =
      first != tokens.end() && (is_word(text, *first, column) ||
                                text.substr(first->begin, first->end - first->begin) == '"' + column + '"');
  return is_here ? read_default(text, tokens, begin) : "";
}

std::string default_in_addition(std::string const& command) {
  return read_default(command, tokenize(command), 0);
}

std::string default_in_command(std::string const& command) {
  for (Token const& token : tokenize(command)) {
    if (is_word(command, token, "default")) return std::string(trim(command.substr(token.end)));
  }
  return {};
}

}  // namespace pgdrill::review
