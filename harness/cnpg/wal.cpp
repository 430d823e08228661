#include "harness/cnpg/wal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace pgdrill::cnpg {

namespace {

constexpr std::size_t name_length = 24;
constexpr std::int64_t most_segments = 1'000'000;

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

Result<std::vector<std::string>> segments_between(std::string_view first, std::string_view last,
                                                  std::int64_t segment_bytes) {
  auto const begin = parse_wal(first);
  auto const end = parse_wal(last);
  auto const invalid = [&](std::string_view why) {
    return fail({.kind = ErrorKind::invalid,
                 .what = fmt::format("no WAL segments lie between {} and {}", first, last),
                 .why = std::string(why)});
  };
  if (!begin || !end || segment_bytes <= 0) return invalid("these are no names of segments");
  if (begin->timeline != end->timeline) return invalid("they are of two timelines");
  std::int64_t const each_log = (std::int64_t{1} << 32) / segment_bytes;
  auto const number = [each_log](WalSegment const& segment) {
    return std::int64_t{segment.log} * each_log + segment.segment;
  };
  if (number(*begin) > number(*end)) return invalid("the first is the later one");
  if (number(*end) - number(*begin) > most_segments) return invalid("they are more than a million");
  std::vector<std::string> names;
  for (std::int64_t at = number(*begin); at <= number(*end); ++at) {
    names.push_back(WalSegment{begin->timeline, static_cast<std::uint32_t>(at / each_log),
                               static_cast<std::uint32_t>(at % each_log)}
                        .text());
  }
  return names;
}

bool archived(std::string_view wanted, std::string_view last_archived) {
  auto const needed = parse_wal(wanted);
  auto const reached = parse_wal(last_archived);
  if (!needed || !reached || needed->timeline != reached->timeline) return false;
  if (last_archived.find(".partial") != std::string_view::npos) return *reached > *needed;
  return *reached >= *needed;
}

}  // namespace pgdrill::cnpg
