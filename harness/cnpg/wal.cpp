#include "harness/cnpg/wal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace pgdrill::cnpg {

namespace {

constexpr std::size_t name_length = 24;

std::uint32_t hexadecimal(std::string_view digits) {
  std::uint32_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  return value;
}

}  // namespace

std::string WalSegment::text() const { return fmt::format("{:08X}{:08X}{:08X}", timeline, log, segment); }

std::optional<WalSegment> parse_wal(std::string_view name) {
  std::string_view const stem = name.substr(0, name_length);
  bool const ends = name.size() == name_length || (name.size() > name_length && name[name_length] == '.');
  auto const is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); };
  if (stem.size() != name_length || !ends || !std::ranges::all_of(stem, is_digit)) return std::nullopt;
  return WalSegment{hexadecimal(stem.substr(0, 8)), hexadecimal(stem.substr(8, 8)),
                    hexadecimal(stem.substr(16, 8))};
}

bool archived(std::string_view wanted, std::string_view last_archived) {
  auto const needed = parse_wal(wanted);
  auto const reached = parse_wal(last_archived);
  if (!needed || !reached || needed->timeline != reached->timeline) return false;
  if (last_archived.find(".partial") != std::string_view::npos) return *reached > *needed;
  return *reached >= *needed;
}

}  // namespace pgdrill::cnpg
