#include "harness/migrations/review/suppression.hpp"

#include <algorithm>

#include "harness/base/text.hpp"

namespace pgdrill::review {

namespace {

/// Reads one comment; nothing when it is no suppression.
std::optional<Suppression> read(std::string_view comment, std::size_t offset) {
  std::size_t const mark = comment.find("pgdrill:");
  if (mark == std::string_view::npos) return std::nullopt;
  std::string_view rest = trim(comment.substr(mark + std::string_view("pgdrill:").size()));
  if (rest.ends_with("*/")) rest = trim(rest.substr(0, rest.size() - 2));
  if (!rest.starts_with("allow")) return std::nullopt;
  rest.remove_prefix(std::string_view("allow").size());
  Suppression suppression{.offset = offset};
  if (rest.starts_with("-file")) {
    suppression.whole_file = true;
    rest.remove_prefix(std::string_view("-file").size());
  }
  std::size_t const colon = std::min(rest.find(':'), rest.size());
  for (std::string const& rule : split(rest.substr(0, colon), ','))
    suppression.rules.emplace_back(trim(rule));
  if (colon < rest.size()) suppression.reason = trim(rest.substr(colon + 1));
  return suppression;
}

/// The statement that a comment is about: the one that ends on its line before it, else the next one.
std::size_t statement_for(SqlFile const& file, std::vector<Piece> const& pieces, std::size_t offset) {
  std::size_t const line = file.place(offset).line;
  std::size_t next = file.text.size();
  for (Piece const& piece : pieces) {
    if (piece.kind != PieceKind::statement) continue;
    bool const before = piece.end <= offset;
    if (before && file.place(piece.end - 1).line == line) return piece.begin;
    if (piece.begin <= offset && offset < piece.end) return piece.begin;
    if (piece.begin > offset) next = std::min(next, piece.begin);
  }
  return next;
}

}  // namespace

std::vector<Suppression> read_suppressions(SqlFile const& file, std::vector<Piece> const& pieces) {
  std::vector<Suppression> found;
  if (file.text.find("pgdrill:") == std::string::npos) return found;
  auto const see = [&](std::size_t begin, std::size_t end) {
    std::optional<Suppression> suppression =
        read(std::string_view(file.text).substr(begin, end - begin), begin);
    if (!suppression) return;
    suppression->statement = statement_for(file, pieces, begin);
    found.push_back(*std::move(suppression));
  };
  for (Piece const& piece : pieces) {
    if (piece.kind == PieceKind::comment) see(piece.begin, piece.end);
    if (piece.kind != PieceKind::statement) continue;
    for (Token const& token :
         tokenize(std::string_view(file.text).substr(piece.begin, piece.end - piece.begin))) {
      if (token.kind == TokenKind::comment) see(piece.begin + token.begin, piece.begin + token.end);
    }
  }
  return found;
}

}  // namespace pgdrill::review
