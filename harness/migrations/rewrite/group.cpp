#include "harness/migrations/rewrite/group.hpp"

#include <algorithm>

#include "harness/base/text.hpp"
#include "harness/migrations/review/lexer.hpp"

namespace pgdrill::review {

namespace {

std::vector<RewriteGroup>& registered() {
  static std::vector<RewriteGroup> groups;
  return groups;
}

/// An identifier as PostgreSQL folds it.
std::string identifier(std::string_view text) {
  if (text.starts_with("'")) return std::string(text);   // a label
  if (text.starts_with('\'')) return std::string(text);  // a label
  if (text.size() > 1 && text.front() == '"') return std::string(text.substr(1, text.size() - 2));
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

/// Tokens of a statement with their depth in parentheses, without comments.
struct Deep {
  Token token;
  int depth = 0;
};
std::vector<Deep> deep_tokens(std::string const& sql) {
  std::vector<Deep> out;
  int depth = 0;
  for (Token const& token : tokenize(sql)) {
    if (token.kind == TokenKind::comment) continue;
    if (is_symbol(sql, token, ')')) --depth;
    out.push_back({token, depth});
    if (is_symbol(sql, token, '(')) ++depth;
  }
  return out;
}

}  // namespace

std::string Statements::sql(std::size_t index) const {
  StatementReview const& statement = all[index];
  std::string out = text.substr(statement.offset, statement.end - statement.offset);
  while (!out.empty() && (out.back() == ';' || out.back() == ' ' || out.back() == '\n')) out.pop_back();
  return out;
}

RegisterGroup::RegisterGroup(RewriteGroup rewrite) { registered().push_back(rewrite); }

std::optional<GroupRewriting> rewrite_group(Statements const& statements) {
  for (RewriteGroup const group : registered()) {
    if (std::optional<GroupRewriting> found = group(statements)) return found;
  }
  return std::nullopt;
}

bool alters_only(StatementReview const& statement, Name const& table, std::vector<ActionKind> const& kinds) {
  return !statement.actions.empty() &&
         std::all_of(statement.actions.begin(), statement.actions.end(), [&](Action const& action) {
           return !action.embedded && action.table.in_public() == table.in_public() &&
                  std::find(kinds.begin(), kinds.end(), action.kind) != kinds.end();
         });
}

bool is_framing(StatementReview const& statement) {
  return std::all_of(statement.actions.begin(), statement.actions.end(), [](Action const& action) {
    return action.kind == ActionKind::set_variable || action.kind == ActionKind::transaction;
  });
}

std::string without_spaces(std::string const& sql) {
  std::string out;
  for (Deep const& deep : deep_tokens(sql))
    out += sql.substr(deep.token.begin, deep.token.end - deep.token.begin);
  return out;
}

std::string directive_back(std::string const& text, std::string const& column) {
  for (Token const& token : tokenize(text)) {
    if (token.kind != TokenKind::comment) continue;
    std::string const comment = text.substr(token.begin, token.end - token.begin);
    std::size_t const mark = comment.find("pgdrill: back ");
    std::size_t const equals = comment.find('=', std::min(mark, comment.size()));
    if (mark == std::string::npos || equals == std::string::npos) continue;
    std::size_t const name = mark + std::string_view("pgdrill: back ").size();
    if (identifier(trim(comment.substr(name, equals - name))) != column) continue;
    return std::string(trim(comment.substr(equals + 1)));
  }
  return {};
}

std::vector<std::string> split_list(std::string const& sql) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (Deep const& deep : deep_tokens(sql)) {
    if (deep.depth != 0 || !is_symbol(sql, deep.token, ',')) continue;
    parts.emplace_back(trim(sql.substr(begin, deep.token.begin - begin)));
    begin = deep.token.end;
  }
  parts.emplace_back(trim(sql.substr(begin)));
  return parts;
}

std::optional<std::vector<Assignment>> assignments_of(std::string const& update) {
  std::size_t begin = std::string::npos;
  std::vector<Deep> const tokens = deep_tokens(update);
  // WITH before it may change what else it likes.
  if (tokens.empty() || !is_word(update, tokens.front().token, "update")) return std::nullopt;
  for (Deep const& deep : tokens) {
    if (deep.depth != 0) continue;
    if (begin == std::string::npos && is_word(update, deep.token, "set")) begin = deep.token.end;
    for (std::string_view const word : {"from", "where", "returning"}) {
      if (is_word(update, deep.token, word)) return std::nullopt;
    }
  }
  if (begin == std::string::npos) return std::nullopt;
  std::vector<Assignment> assignments;
  for (std::string const& part : split_list(update.substr(begin))) {
    std::size_t const equals = part.find('=');
    if (equals == std::string::npos || part.front() == '(') return std::nullopt;
    assignments.push_back(
        {identifier(trim(part.substr(0, equals))), std::string(trim(part.substr(equals + 1)))});
  }
  return assignments;
}

}  // namespace pgdrill::review
