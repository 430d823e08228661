#include "harness/migrations/review/split.hpp"

#include <algorithm>

namespace pgdrill::review {

namespace {

/// Follows the nesting in which a semicolon does not end a statement: parentheses (CREATE RULE ... DO (a; b))
/// and the body of a function in standard SQL (BEGIN ATOMIC ... END).
class Nesting {
 public:
  explicit Nesting(std::string_view text) : text_(text) {}

  void see(Token const& token) {
    if (is_symbol(text_, token, '(')) ++parentheses_;
    if (is_symbol(text_, token, ')') && parentheses_ > 0) --parentheses_;
    if (atomic_ > 0 && is_word(text_, token, "case")) ++atomic_;
    if (atomic_ > 0 && is_word(text_, token, "end")) --atomic_;
    if (after_begin_ && is_word(text_, token, "atomic")) ++atomic_;
    after_begin_ = is_word(text_, token, "begin");
  }
  [[nodiscard]] bool outermost() const { return parentheses_ == 0 && atomic_ == 0; }

 private:
  std::string_view text_;
  int parentheses_ = 0;
  int atomic_ = 0;
  bool after_begin_ = false;
};

/// Whether the statement is COPY ... FROM stdin, whose data follow in the file.
bool data_follow(std::string_view text, std::vector<Token> const& tokens, std::size_t first,
                 std::size_t last) {
  if (!is_word(text, tokens[first], "copy")) return false;
  for (std::size_t i = first + 1; i + 1 < last; ++i) {
    if (is_word(text, tokens[i], "from") && is_word(text, tokens[i + 1], "stdin")) return true;
  }
  return false;
}

/// One past the line "\." that ends the data, or the end of the text.
std::size_t end_of_data(std::string_view text, std::size_t from) {
  std::size_t const mark = text.find("\n\\.", from);
  return mark == std::string_view::npos ? text.size() : mark + 3;
}

}  // namespace

std::vector<Piece> split_statements(std::string_view text) {
  std::vector<Piece> pieces;
  std::vector<Token> tokens = tokenize(text);
  std::size_t i = 0;
  std::size_t base = 0;  // tokens are relative to it once COPY's data were skipped
  while (i < tokens.size()) {
    std::string_view const rest = text.substr(base);
    Token const& first = tokens[i];
    if (first.kind == TokenKind::comment || first.kind == TokenKind::psql_command) {
      pieces.push_back({first.kind == TokenKind::comment ? PieceKind::comment : PieceKind::psql_command,
                        base + first.begin, base + first.end});
      ++i;
      continue;
    }
    if (is_symbol(rest, first, ';')) {
      ++i;
      continue;
    }
    Nesting nesting(rest);
    std::size_t const start = i;
    std::size_t end = first.end;
    for (; i < tokens.size() && !(is_symbol(rest, tokens[i], ';') && nesting.outermost()); ++i) {
      if (tokens[i].kind == TokenKind::psql_command) break;
      nesting.see(tokens[i]);
      if (tokens[i].kind != TokenKind::comment) end = tokens[i].end;
    }
    pieces.push_back({PieceKind::statement, base + first.begin, base + end});
    if (i < tokens.size() && data_follow(rest, tokens, start, i)) {
      base = end_of_data(text, base + tokens[i].end);
      tokens = tokenize(text.substr(base));
      i = 0;
    }
  }
  return pieces;
}

}  // namespace pgdrill::review
