// PostgreSQL's lexical rules, as far as a file of SQL must be cut into statements before it can be parsed.
// PostgreSQL manual, chapter 4.1 "Lexical Structure"; the parser itself is PostgreSQL's own (parser.hpp).
#pragma once
#include <cstddef>
#include <string_view>
#include <vector>

namespace pgdrill::review {

enum class TokenKind {
  word,          ///< keyword or unquoted identifier
  quoted,        ///< "identifier"
  string,        ///< '...', E'...', $tag$...$tag$ and their kin
  number,        ///< also a parameter: $1
  symbol,        ///< one character: ( ) [ ] , ; : . or an operator's characters together
  comment,       ///< from -- to the end of the line, or /* ... */, nested
  psql_command,  ///< from a backslash at the start of a line to the line's end
};

struct Token {
  TokenKind kind = TokenKind::symbol;
  std::size_t begin = 0;  ///< byte offset in the text
  std::size_t end = 0;    ///< one past its last byte
};

/// All tokens in order. Total: what is not terminated ends with the text, an unknown byte is a symbol.
[[nodiscard]] std::vector<Token> tokenize(std::string_view text);

/// Whether `token` is the keyword `lower_case_word`, in any case.
[[nodiscard]] bool is_word(std::string_view text, Token const& token, std::string_view lower_case_word);
[[nodiscard]] bool is_symbol(std::string_view text, Token const& token, char symbol);

}  // namespace pgdrill::review
