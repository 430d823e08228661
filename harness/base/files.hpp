// Files: read, write whole, write durably.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "harness/base/error.hpp"

namespace pgdrill {

[[nodiscard]] Result<std::string> read_file(std::filesystem::path const& path);
/// Writes a temporary file beside it, fsyncs, renames: readers see the old content or the new, never a part.
[[nodiscard]] Result<> write_file_atomically(std::filesystem::path const& path, std::string_view content);
/// A fresh directory below the system's temporary directory, e.g. "/tmp/pgdrill-x7Yq2a".
[[nodiscard]] Result<std::filesystem::path> make_temporary_directory(std::string_view prefix = "pgdrill");
/// SHA-256 in lower-case hex.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);
[[nodiscard]] std::string base64_encode(std::string_view bytes);
[[nodiscard]] Result<std::string> base64_decode(std::string_view text);

}  // namespace pgdrill
