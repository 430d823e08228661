#include "harness/scenario/yaml_tree.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>

#include "harness/base/text.hpp"
#include "harness/base/yaml_documents.hpp"

namespace pgdrill::scenario {

namespace {

// A scenario is a page; more is a mistake or an attack (aliases that unfold to billions of nodes).
constexpr int deepest = 16;
constexpr std::size_t most_nodes = 20000;

/// Place of the first byte that is no UTF-8.
std::optional<std::size_t> find_bad_utf8(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    auto const lead = static_cast<unsigned char>(text[i]);
    std::size_t length = 1;
    if (lead >= 0xF0 && lead < 0xF5) {
      length = 4;
    } else if (lead >= 0xE0 && lead < 0xF0) {
      length = 3;
    } else if (lead >= 0xC2 && lead < 0xE0) {
      length = 2;
    } else if (lead >= 0x80) {
      return i;
    }
    for (std::size_t k = 1; k < length; ++k) {
      if (i + k >= text.size() || (static_cast<unsigned char>(text[i + k]) & 0xC0U) != 0x80U) return i;
    }
    i += length;
  }
  return {};
}

Location place_of(std::string_view text, std::size_t offset, std::string const& file) {
  std::string_view const before = text.substr(0, offset);
  auto const lines = std::count(before.begin(), before.end(), '\n');
  std::size_t const line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  return {file, static_cast<int>(lines) + 1, static_cast<int>(offset - line_start) + 1};
}

class Converter {
 public:
  Converter(std::string_view text, std::string const& file, std::vector<Problem>& problems)
      : text_(text), lines_(split(text, '\n')), file_(file), problems_(problems) {}

  YamlNode convert(YAML::Node const& node, Location const& fallback, int depth) {
    YamlNode result;
    Location const own = location(node.Mark());
    bool const usable = !node.IsNull() && !before(own, fallback);
    result.location = usable ? own : fallback;
    if (depth > deepest || ++count_ > most_nodes) {
      complain(result.location, depth > deepest ? "nested too deep" : "too large for a scenario");
      return result;
    }
    if (node.IsScalar()) {
      result.kind = YamlNode::Kind::scalar;
      result.scalar = node.Scalar();
      result.quoted = node.Tag() == "!";
      if (usable && result.quoted && is_open_quote(node.Mark())) {
        complain(result.location, "the quotation is not closed");
      }
    } else if (node.IsSequence()) {
      result.kind = YamlNode::Kind::list;
      for (YAML::Node const& item : node) {
        if (count_ > most_nodes) break;
        int const former = result.items.empty() ? 0 : result.items.back().location.line;
        Location const place = item.IsNull() ? dash_after(former, result.location) : result.location;
        result.items.push_back(convert(item, place, depth + 1));
      }
    } else if (node.IsMap()) {
      result.kind = YamlNode::Kind::map;
      convert_entries(node, result, depth);
    }
    return result;
  }

 private:
  void convert_entries(YAML::Node const& node, YamlNode& into, int depth) {
    std::map<std::string, Location> seen;
    for (auto const& entry : node) {
      if (count_ > most_nodes) break;
      Location const place =
          entry.first.IsNull() ? into.location : later(location(entry.first.Mark()), into.location);
      if (!entry.first.IsScalar()) {
        complain(place, "a key must be text");
        continue;
      }
      std::string const& key = entry.first.Scalar();
      auto const [first, fresh] = seen.emplace(key, place);
      if (!fresh) {
        complain(place,
                 "duplicate key '" + key + "'; first given in line " + std::to_string(first->second.line));
        continue;
      }
      if (key == "<<") {
        complain(place, "merge keys ('<<') are not supported; write the keys out");
        continue;
      }
      into.entries.push_back({key, place, convert(entry.second, place, depth + 1)});
    }
  }

  /// The place of an item that holds nothing, which yaml-cpp does not tell: the next dash below the former
  /// item that stands where the list's first one does. What belongs to an item is indented deeper.
  [[nodiscard]] Location dash_after(int former, Location const& list) const {
    auto const column = static_cast<std::size_t>(list.column - 1);
    for (auto line = static_cast<std::size_t>(std::max(former, list.line - 1)); line < lines_.size();
         ++line) {
      std::string const& text = lines_[line];
      if (column >= text.size() || text[column] != '-') continue;
      bool const indicator =
          column + 1 == text.size() || std::isspace(static_cast<unsigned char>(text[column + 1])) != 0;
      bool const first = static_cast<int>(line) + 1 == list.line;
      if (indicator && (first || text.find_first_not_of(' ') == column))
        return {file_, static_cast<int>(line) + 1, list.column};
    }
    return list;
  }

  [[nodiscard]] bool is_open_quote(YAML::Mark const& mark) const {
    if (mark.pos < 0 || static_cast<std::size_t>(mark.pos) >= text_.size()) return false;
    // `pos` counts bytes from the start, as line and column do.
    std::size_t i = static_cast<std::size_t>(mark.pos);
    char const quote = text_[i];
    if (quote != '"' && quote != '\'') return false;
    for (++i; i < text_.size(); ++i) {
      if (quote == '"' && text_[i] == '\\') {
        ++i;
      } else if (text_[i] == quote) {
        if (quote == '"' || i + 1 >= text_.size() || text_[i + 1] != '\'') return false;
        ++i;
      }
    }
    return true;
  }

  [[nodiscard]] Location location(YAML::Mark const& mark) const {
    return {file_, mark.line + 1, mark.column + 1};
  }
  static bool before(Location const& a, Location const& b) {
    return a.line < b.line || (a.line == b.line && a.column < b.column);
  }
  static Location later(Location const& a, Location const& b) { return before(a, b) ? b : a; }
  void complain(Location const& place, std::string message) { problems_.push_back({place, message}); }

  std::string_view text_;
  std::vector<std::string> lines_;
  std::string const& file_;
  std::vector<Problem>& problems_;
  std::size_t count_ = 0;
};

}  // namespace

YamlNode const* YamlNode::value(std::string_view key) const {
  for (Entry const& entry : entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

std::string_view YamlNode::kind_text() const {
  switch (kind) {
    case Kind::null:
      return "nothing";
    case Kind::scalar:
      return "text";
    case Kind::list:
      return "a list";
    case Kind::map:
      return "a map";
  }
  return "nothing";
}

YamlNode read_yaml(std::string_view text, std::string const& file, std::vector<Problem>& problems) {
  if (std::optional<std::size_t> const bad = find_bad_utf8(text)) {
    problems.push_back({place_of(text, *bad, file), "the file is not UTF-8 here"});
    return {};
  }
  try {
    std::vector<YAML::Node> const documents = load_yaml_documents(std::string(text));
    if (documents.empty() || documents.front().IsNull()) {
      problems.push_back({{file, 1, 1}, "the file holds no scenario"});
      return {};
    }
    if (documents.size() > 1) {
      // A null document's mark is the next token's, which may be the end of the file: still the right line.
      YAML::Mark const mark = documents[1].Mark();
      problems.push_back(
          {{file, mark.line + 1, mark.column + 1}, "a second document begins; a file holds one scenario"});
    }
    return Converter(text, file, problems).convert(documents.front(), {file, 1, 1}, 0);
  } catch (YAML::Exception const& error) {
    problems.push_back(
        {{file, error.mark.line + 1, error.mark.column + 1}, "this is not YAML: " + error.msg});
    return {};
  }
}

}  // namespace pgdrill::scenario
