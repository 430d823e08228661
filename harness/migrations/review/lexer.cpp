#include "harness/migrations/review/lexer.hpp"

#include <algorithm>
#include <utility>

namespace pgdrill::review {

namespace {

bool is_letter(char c) {
  auto const byte = static_cast<unsigned char>(c);
  return (byte | 0x20U) - 'a' < 26U || byte == '_' || byte >= 0x80U;
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_operator(char c) { return std::string_view("+-*/<>=~!@#%^&|`?").find(c) != std::string_view::npos; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

/// Reads one token at a time; `at` is where the next one begins.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  std::vector<Token> all() {
    std::vector<Token> tokens;
    while (skip_space()) {
      std::size_t const begin = at_;
      TokenKind const kind = next();
      at_ = std::min(std::max(at_, begin + 1), text_.size());
      tokens.push_back({kind, begin, at_});
    }
    return tokens;
  }

 private:
  bool skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) {
      if (text_[at_] == '\n') line_begins_ = true;
      ++at_;
    }
    return at_ < text_.size();
  }

  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  TokenKind next() {
    bool const first = std::exchange(line_begins_, false);
    char const c = peek();
    if (c == '\\' && first) return to_line_end(TokenKind::psql_command);
    if (c == '-' && peek(1) == '-') return to_line_end(TokenKind::comment);
    if (c == '/' && peek(1) == '*') return block_comment();
    if (c == '\'') return quoted('\'', false, TokenKind::string);
    if (c == '"') return quoted('"', false, TokenKind::quoted);
    if (c == '$') return dollar();
    if (is_letter(c)) return word();
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
    if (is_operator(c)) return operators();
    ++at_;
    return TokenKind::symbol;
  }

  TokenKind to_line_end(TokenKind kind) {
    at_ = std::min(text_.find('\n', at_), text_.size());
    return kind;
  }

  TokenKind block_comment() {
    int depth = 0;
    do {
      if (peek() == '/' && peek(1) == '*') {
        ++depth;
        at_ += 2;
      } else if (peek() == '*' && peek(1) == '/') {
        --depth;
        at_ += 2;
      } else {
        ++at_;
      }
    } while (depth > 0 && at_ < text_.size());
    return TokenKind::comment;
  }

  /// A doubled quote stands for itself; with `escapes` a backslash hides the next byte.
  TokenKind quoted(char quote, bool escapes, TokenKind kind) {
    for (++at_; at_ < text_.size(); ++at_) {
      if (escapes && peek() == '\\') {
        ++at_;
      } else if (peek() == quote) {
        if (peek(1) != quote) break;
        ++at_;
      }
    }
    ++at_;
    return kind;
  }

  TokenKind dollar() {
    std::size_t end = at_ + 1;
    while (end < text_.size() && (is_letter(text_[end]) || (end > at_ + 1 && is_digit(text_[end])))) ++end;
    if (end < text_.size() && text_[end] == '$') {
      std::string_view const tag = text_.substr(at_, end + 1 - at_);
      std::size_t const close = text_.find(tag, end + 1);
      at_ = close == std::string_view::npos ? text_.size() : close + tag.size();
      return TokenKind::string;
    }
    ++at_;
    if (!is_digit(peek())) return TokenKind::symbol;
    while (is_digit(peek())) ++at_;
    return TokenKind::number;
  }

  TokenKind word() {
    char const c = lower(peek());
    if (peek(1) == '\'' && std::string_view("ebxn").find(c) != std::string_view::npos) {
      ++at_;
      return quoted('\'', c == 'e', TokenKind::string);
    }
    if (c == 'u' && peek(1) == '&' && (peek(2) == '\'' || peek(2) == '"')) {
      at_ += 2;
      char const quote = peek();
      return quoted(quote, false, quote == '"' ? TokenKind::quoted : TokenKind::string);
    }
    while (is_letter(peek()) || is_digit(peek()) || peek() == '$') {
      if (at_ >= text_.size()) break;
      ++at_;
    }
    return TokenKind::word;
  }

  TokenKind number() {
    while (is_digit(peek()) || is_letter(peek()) || peek() == '.') {
      bool const exponent = lower(peek()) == 'e' && (peek(1) == '+' || peek(1) == '-') && is_digit(peek(2));
      at_ += exponent ? 2 : 1;
    }
    return TokenKind::number;
  }

  TokenKind operators() {
    do {
      ++at_;
    } while (is_operator(peek()) && !(peek() == '-' && peek(1) == '-') && !(peek() == '/' && peek(1) == '*'));
    return TokenKind::symbol;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool line_begins_ = true;
};

}  // namespace

std::vector<Token> tokenize(std::string_view text) { return Lexer(text).all(); }

bool is_word(std::string_view text, Token const& token, std::string_view lower_case_word) {
  std::string_view const word = text.substr(token.begin, token.end - token.begin);
  return token.kind == TokenKind::word &&
         std::equal(word.begin(), word.end(), lower_case_word.begin(), lower_case_word.end(),
                    [](char a, char b) { return lower(a) == b; });
}

bool is_symbol(std::string_view text, Token const& token, char symbol) {
  return token.kind == TokenKind::symbol && token.end == token.begin + 1 && text[token.begin] == symbol;
}

}  // namespace pgdrill::review
