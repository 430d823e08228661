#include "harness/migrations/history/python_source.hpp"

#include <optional>

#include "harness/base/text.hpp"

namespace pgdrill::migrations {

namespace {

/// Where the value of an assignment to `name` begins, if this line is one.
std::optional<std::size_t> value_of_assignment(std::string_view line, std::string_view name) {
  std::size_t const indent = line.find_first_not_of(" \t");
  if (indent == std::string_view::npos || !line.substr(indent).starts_with(name)) return std::nullopt;
  std::size_t at = line.find_first_not_of(" \t", indent + name.size());
  if (at == std::string_view::npos) return std::nullopt;
  if (line[at] == ':') at = line.find('=', at);  // an annotation: revision: str = "ab"
  if (at == std::string_view::npos || line[at] != '=' || line.substr(at).starts_with("=="))
    return std::nullopt;
  return at + 1;
}

/// Reads literals until the expression ends: at the end of a line that closes all brackets.
class Literals {
 public:
  explicit Literals(std::string_view text) : text_(text) {}

  std::vector<std::string> read() {
    while (at_ < text_.size()) {
      char const c = text_[at_];
      if (c == '\n' && depth_ == 0) break;
      if (c == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (c == '"' || c == '\'') {
        literal(c);
      } else {
        if (c == '(' || c == '[' || c == '{') ++depth_;
        if (c == ')' || c == ']' || c == '}') --depth_;
        if (depth_ < 0) break;
        ++at_;
      }
    }
    return std::move(found_);
  }

 private:
  void literal(char quote) {
    std::string value;
    for (++at_; at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n'; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      value += text_[at_];
    }
    ++at_;
    found_.push_back(std::move(value));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> python_strings(std::string_view source, std::string_view name) {
  for (std::size_t at = 0; at < source.size();) {
    std::size_t const end = std::min(source.find('\n', at), source.size());
    if (auto const value = value_of_assignment(source.substr(at, end - at), name))
      return Literals(source.substr(at + *value)).read();
    at = end + 1;
  }
  return {};
}

}  // namespace pgdrill::migrations
