#include "reports/escape.hpp"

#include <algorithm>
#include <cstdint>

namespace pgdrill::reports {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

/// Length of the valid UTF-8 sequence at the front that XML 1.0 allows (production 2), 0 when there is none.
std::size_t allowed_sequence(std::string_view text) {
  auto const byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
  };
  std::uint32_t const first = byte(0);
  if (first < 0x80U) return first >= 0x20U || first == '\t' || first == '\n' ? 1 : 0;
  std::size_t const length = first >= 0xF0U && first < 0xF5U   ? 4
                             : first >= 0xE0U && first < 0xF0U ? 3
                             : first >= 0xC2U && first < 0xE0U ? 2
                                                               : 0;
  if (length == 0 || text.size() < length) return 0;
  std::uint32_t point = first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
    point = (point << 6U) | (byte(i) & 0x3FU);
  }
  bool const overlong = (length == 3 && point < 0x800U) || (length == 4 && point < 0x10000U);
  bool const surrogate = point >= 0xD800U && point <= 0xDFFFU;
  bool const forbidden = point == 0xFFFEU || point == 0xFFFFU || point > 0x10FFFFU;
  return overlong || surrogate || forbidden ? 0 : length;
}

/// Length of an ANSI escape sequence at the front (ESC [ ... letter), 0 when there is none.
std::size_t ansi_sequence(std::string_view text) {
  if (text.size() < 2 || text[0] != '\x1B') return 0;
  if (text[1] != '[') return 2;
  std::size_t end = 2;
  while (end < text.size() && (text[end] < '@' || text[end] > '~')) ++end;
  return end < text.size() ? end + 1 : text.size();
}

}  // namespace

std::string clean(std::string_view text, std::size_t limit) {
  std::string result;
  std::size_t const whole = text.size();
  while (!text.empty()) {
    if (result.size() >= limit) {
      result += "… (" + std::to_string(whole) + " bytes in all)";
      break;
    }
    if (std::size_t const escape = ansi_sequence(text); escape > 0) {
      text.remove_prefix(escape);
    } else if (text.front() == '\r') {
      text.remove_prefix(text.size() > 1 && text[1] == '\n' ? 2 : 1);
      result += '\n';
    } else if (std::size_t const length = allowed_sequence(text); length > 0) {
      result += text.substr(0, length);
      text.remove_prefix(length);
    } else {
      result += replacement;
      text.remove_prefix(1);
    }
  }
  return result;
}

std::string html(std::string_view text, std::size_t limit) {
  std::string result;
  for (char const c : clean(text, limit)) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string one_line(std::string_view text, std::size_t limit) {
  std::string result = clean(text, limit);
  for (char& c : result) {
    if (c == '\n' || c == '\t') c = ' ';
  }
  return result;
}

std::string first_in_line(std::string_view text, std::size_t limit) {
  std::string const line = one_line(text, limit);
  std::size_t const begin = std::min(line.find_first_not_of(' '), line.size());
  std::string_view const shown = std::string_view(line).substr(begin);
  return (shown.starts_with("::") || shown.starts_with("##[") ? "'" : "") + line;
}

}  // namespace pgdrill::reports
