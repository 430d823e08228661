#include "harness/triggers/sql_statements.hpp"

#include <cctype>

#include "harness/base/text.hpp"

namespace pgdrill::triggers {

namespace {

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// Length of the block comment at the start; block comments nest.
std::size_t block_comment(std::string_view text) {
  int depth = 0;
  std::size_t i = 0;
  while (i + 1 < text.size()) {
    bool const opens = text[i] == '/' && text[i + 1] == '*';
    bool const closes = text[i] == '*' && text[i + 1] == '/';
    if (opens) ++depth;
    if (closes) --depth;
    i += opens || closes ? 2 : 1;
    if (depth == 0) return i;
  }
  return text.size();
}

/// Length of a quotation in ' or ": a doubled quote stays inside, since it opens the next one.
std::size_t quotation(std::string_view text) {
  std::size_t const end = text.find(text.front(), 1);
  return end == std::string_view::npos ? text.size() : end + 1;
}

/// Length of a dollar quotation, or 0 when none begins here.
std::size_t dollar_quotation(std::string_view text) {
  std::size_t tag = 1;
  while (tag < text.size() && is_word(text[tag])) ++tag;
  if (tag >= text.size() || text[tag] != '$') return 0;
  std::string_view const mark = text.substr(0, tag + 1);
  std::size_t const end = text.find(mark, mark.size());
  return end == std::string_view::npos ? text.size() : end + mark.size();
}

/// A piece of the text that is taken as a whole.
struct Piece {
  std::size_t length = 1;
  bool comment = false;
};

Piece piece_at(std::string_view text, char before) {
  if (text.starts_with("--")) {
    std::size_t const end = text.find('\n');
    return {.length = end == std::string_view::npos ? text.size() : end, .comment = true};
  }
  if (text.starts_with("/*")) return {.length = block_comment(text), .comment = true};
  if (text.front() == '\'' || text.front() == '"') return {.length = quotation(text)};
  if (text.front() == '$' && !is_word(before)) {
    std::size_t const length = dollar_quotation(text);
    if (length > 0) return {.length = length};
  }
  return {};
}

}  // namespace

std::vector<std::string> sql_statements(std::string_view text) {
  std::vector<std::string> statements;
  std::string statement;
  auto const finish = [&] {
    if (!normalised(statement).empty()) statements.emplace_back(trim(statement));
    statement.clear();
  };
  char before = ' ';
  while (!text.empty()) {
    Piece const piece = piece_at(text, before);
    if (piece.length == 1 && text.front() == ';') {
      finish();
    } else {
      statement += text.substr(0, piece.length);
    }
    before = text[piece.length - 1];
    text.remove_prefix(piece.length);
  }
  finish();
  return statements;
}

std::string normalised(std::string_view statement) {
  std::string result;
  bool space = false;
  char before = ' ';
  while (!statement.empty()) {
    Piece const piece = piece_at(statement, before);
    bool const blank = piece.comment || std::isspace(static_cast<unsigned char>(statement.front())) != 0;
    if (blank) {
      space = true;
    } else {
      if (space && !result.empty()) result += ' ';
      space = false;
      result += statement.substr(0, piece.length);
    }
    before = statement[piece.length - 1];
    statement.remove_prefix(piece.length);
  }
  while (!result.empty() && (result.back() == ';' || result.back() == ' ')) result.pop_back();
  return result;
}

}  // namespace pgdrill::triggers
