// Lists of labels and hashes as short text inside a snapshot.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/error.hpp"

namespace pgdrill::probes {

/// Deflated and in base64; a label may hold any byte but a newline. Without a count, whether there is one
/// empty label or none cannot be told: then it is none.
[[nodiscard]] std::string pack_labels(std::vector<std::string> const& labels);
[[nodiscard]] Result<std::vector<std::string>> unpack_labels(std::string_view packed,
                                                             std::optional<std::size_t> count);
[[nodiscard]] std::string pack_hashes(std::vector<std::uint32_t> const& hashes);
[[nodiscard]] Result<std::vector<std::uint32_t>> unpack_hashes(std::string_view packed);

}  // namespace pgdrill::probes
