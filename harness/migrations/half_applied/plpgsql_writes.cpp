// Reads the tables that a PL/pgSQL function writes out of its tokens: PL/pgSQL has PostgreSQL's lexical
// rules.
#include <algorithm>
#include <optional>

#include "harness/migrations/half_applied/copy_triggers.hpp"
#include "harness/migrations/review/lexer.hpp"

namespace pgdrill::migrations {

namespace {

using review::Token;
using review::TokenKind;

/// Reads on only when what it looks for is there.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text), tokens_(review::tokenize(text)) {
    std::erase_if(tokens_, [](Token const& token) { return token.kind == TokenKind::comment; });
  }

  [[nodiscard]] bool ended() const { return at_ >= tokens_.size(); }
  void skip() { ++at_; }

  bool word(std::string_view lower_case) {
    return take(!ended() && review::is_word(text_, tokens_[at_], lower_case));
  }
  bool symbol(char one) { return take(!ended() && review::is_symbol(text_, tokens_[at_], one)); }

  std::optional<std::string> name() {
    if (ended()) return std::nullopt;
    Token const& token = tokens_[at_];
    std::string text(text_.substr(token.begin, token.end - token.begin));
    if (token.kind == TokenKind::word) {
      std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      });
    } else if (token.kind == TokenKind::quoted && text.size() > 2 && text.front() == '"') {
      text = without_quotes(text);
    } else {
      return std::nullopt;
    }
    ++at_;
    return text;
  }

 private:
  bool take(bool is_there) {
    if (is_there) ++at_;
    return is_there;
  }
  static std::string without_quotes(std::string_view quoted) {
    std::string name;
    for (std::size_t i = 1; i + 1 < quoted.size(); ++i) {
      name += quoted[i];
      if (quoted[i] == '"') ++i;  // a doubled one stands for itself
    }
    return name;
  }

  std::string_view text_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
};

/// `(a, b)` or, with `of_new`, `(NEW.a, NEW.b)`; empty for anything else.
std::vector<std::string> read_list(Reader& reader, bool of_new) {
  std::vector<std::string> names;
  if (!reader.symbol('(')) return {};
  do {
    if (of_new && (!reader.word("new") || !reader.symbol('.'))) return {};
    auto name = reader.name();
    if (!name) return {};
    names.push_back(*std::move(name));
  } while (reader.symbol(','));
  return reader.symbol(')') ? names : std::vector<std::string>{};
}

std::vector<TableWrite::Pair> read_copied(Reader& reader) {
  std::vector<std::string> const targets = read_list(reader, false);
  if (targets.empty() || !reader.word("values")) return {};
  std::vector<std::string> const sources = read_list(reader, true);
  std::vector<TableWrite::Pair> pairs;
  if (targets.size() != sources.size()) return {};
  for (std::size_t i = 0; i < targets.size(); ++i) pairs.push_back({targets[i], sources[i]});
  return pairs;
}

}  // namespace

std::vector<TableWrite> find_writes(std::string_view source) {
  std::vector<TableWrite> found;
  for (Reader reader(source); !reader.ended();) {
    bool const inserts = reader.word("insert");
    bool const updates = !inserts && reader.word("update");
    bool const deletes = !inserts && !updates && reader.word("delete");
    if (!inserts && !updates && !deletes) {
      reader.skip();
      continue;
    }
    bool const of_conflict = updates && reader.word("set");  // ON CONFLICT DO UPDATE SET
    if (of_conflict || (inserts && !reader.word("into")) || (deletes && !reader.word("from"))) continue;
    if (!inserts) reader.word("only");
    auto first = reader.name();
    if (!first) continue;
    TableWrite write{.table = *std::move(first)};
    if (reader.symbol('.')) {
      auto second = reader.name();
      if (!second) continue;
      write.schema = std::exchange(write.table, *std::move(second));
    }
    if (inserts) write.copied = read_copied(reader);
    found.push_back(std::move(write));
  }
  return found;
}

}  // namespace pgdrill::migrations
