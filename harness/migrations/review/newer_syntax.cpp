#include "harness/migrations/review/newer_syntax.hpp"

#include <algorithm>
#include <optional>

#include "harness/migrations/review/lexer.hpp"

namespace pgdrill::review {

namespace {

/// The statement's tokens without comments, and the replacements to make.
class Translation {
 public:
  explicit Translation(std::string const& text) : text_(text) {
    for (Token const& token : tokenize(text)) {
      if (token.kind != TokenKind::comment) tokens_.push_back(token);
    }
  }

  OlderWords run() {
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (word(i, "virtual") && i > 0 && is_symbol(text_, tokens_[i - 1], ')'))
        replace(i, i, "STORED", "VIRTUAL");
      if (word(i, "not") && word(i + 1, "enforced")) {
        replace(i, i + 1, "NOT VALID", "NOT ENFORCED");
        ++i;
      } else if (word(i, "enforced")) {
        replace(i, i, "", "ENFORCED");
      }
      if (word(i, "set") && word(i + 1, "expression") && word(i + 2, "as"))
        replace(i, i + 2, "SET DEFAULT", "SET EXPRESSION");
      not_null_constraint(i);
    }
    out_ += text_.substr(copied_);
    return {std::move(out_), std::move(newer_)};
  }

 private:
  [[nodiscard]] bool word(std::size_t i, std::string_view lower) const {
    return i < tokens_.size() && is_word(text_, tokens_[i], lower);
  }
  [[nodiscard]] std::string token_text(std::size_t i) const {
    return text_.substr(tokens_[i].begin, tokens_[i].end - tokens_[i].begin);
  }

  /// ADD NOT NULL c, ADD CONSTRAINT n NOT NULL c
  void not_null_constraint(std::size_t& i) {
    if (!word(i, "add")) return;
    std::size_t const at = word(i + 1, "constraint") ? i + 3 : i + 1;
    if (!word(at, "not") || !word(at + 1, "null") || at + 2 >= tokens_.size()) return;
    replace(at, at + 2, "CHECK (" + token_text(at + 2) + " IS NOT NULL)", "NOT NULL");
    i = at + 2;
  }

  void replace(std::size_t first, std::size_t last, std::string const& with, std::string const& meant) {
    out_ += text_.substr(copied_, tokens_[first].begin - copied_) + with;
    copied_ = tokens_[last].end;
    newer_.push_back(meant);
  }

  std::string text_;
  std::vector<Token> tokens_;
  std::string out_;
  std::size_t copied_ = 0;
  std::vector<std::string> newer_;
};

bool name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Where the placeholder that begins at `i` ends.
std::optional<std::size_t> placeholder_end(std::string const& text, std::size_t i) {
  auto const closed_by = [&](std::string_view close) -> std::optional<std::size_t> {
    std::size_t const at = text.find(close, i);
    if (at == std::string::npos || text.find('\n', i) < at) return std::nullopt;
    return at + close.size();
  };
  std::string_view const rest = std::string_view(text).substr(i);
  if (rest.starts_with("${")) return closed_by("}");
  if (rest.starts_with("{{")) return closed_by("}}");
  if (rest.starts_with("{%")) return closed_by("%}");
  bool const variable = rest.size() > 1 && rest[0] == ':' && (i == 0 || text[i - 1] != ':') &&
                        (rest[1] == '\'' || rest[1] == '"' || name_character(rest[1])) && rest[1] != ':';
  bool const at_sign = rest.size() > 1 && rest[0] == '@' && name_character(rest[1]);
  if (!variable && !at_sign) return std::nullopt;
  std::size_t end = i + 1;
  bool const quoted = text[end] == '\'' || text[end] == '"';
  if (quoted) ++end;
  while (end < text.size() && name_character(text[end])) ++end;
  return quoted && end < text.size() ? end + 1 : end;
}

// NAMEDATALEN - 1: the parser cuts longer ones.
constexpr std::size_t longest_name = 63;

/// An identifier that stands nowhere else, not even in another one: q, as many p as it takes, a letter. There
/// are more letters than a statement has placeholders of one length.
std::string stand_in(std::size_t size, std::string const& text,
                     std::map<std::string, std::string> const& taken) {
  std::string word(size, 'p');
  word.front() = 'q';
  std::size_t const last = std::min(size, longest_name) - 1;
  for (char letter = 'a'; letter <= 'z'; ++letter) {
    word[last] = letter;
    std::string const cut = word.substr(0, longest_name);
    if (!taken.contains(cut) && text.find(cut) == std::string::npos) break;
  }
  return word;
}

}  // namespace

OlderWords in_older_words(std::string const& text) { return Translation(text).run(); }

WithoutPlaceholders without_placeholders(std::string const& text) {
  WithoutPlaceholders plain{.text = text};
  std::map<std::string, std::string> chosen;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::optional<std::size_t> const end = placeholder_end(text, i);
    if (!end || *end > text.size()) continue;
    std::string const placeholder = text.substr(i, *end - i);
    auto const [entry, fresh] = chosen.try_emplace(placeholder);
    if (fresh) entry->second = stand_in(placeholder.size(), text, plain.stand_for);
    plain.text.replace(i, placeholder.size(), entry->second);
    plain.stand_for[entry->second.substr(0, longest_name)] = placeholder;
    i = *end - 1;
  }
  return plain;
}

}  // namespace pgdrill::review
