// Names of WAL files: https://www.postgresql.org/docs/15/wal-internals.html.
#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/error.hpp"

namespace pgdrill::cnpg {

/// A WAL segment: "000000010000000000000005" is timeline 1, log 0, segment 5.
struct WalSegment {
  std::uint32_t timeline = 0;
  std::uint32_t log = 0;
  std::uint32_t segment = 0;
  friend auto operator<=>(WalSegment const&, WalSegment const&) = default;
  [[nodiscard]] std::string text() const;
};

/// Reads a name as pg_stat_archiver and the archive give it; ".backup", ".partial" and ".gz" are stripped.
/// Nothing for another file ("00000002.history").
[[nodiscard]] std::optional<WalSegment> parse_wal(std::string_view name);

/// Names of the segments from the first to the last, both with them, of one timeline. Error invalid: no
/// segments, of two timelines, in the wrong order, or more than a million.
/// @param segment_bytes wal_segment_size
[[nodiscard]] Result<std::vector<std::string>> segments_between(std::string_view first, std::string_view last,
                                                                std::int64_t segment_bytes);

/// True when the archiver, which goes in order, has come to `wanted`: `last_archived` is the same segment or
/// a later one of the same timeline. A later timeline proves nothing: segments of the old one may never have
/// been archived. A ".partial" segment does not prove its own segment.
[[nodiscard]] bool archived(std::string_view wanted, std::string_view last_archived);

}  // namespace pgdrill::cnpg
