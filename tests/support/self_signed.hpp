// A key and a certificate that signs itself, for a test server.
#pragma once
#include <filesystem>

namespace pgdrill::test {

/// Writes server.key (mode 0600) and server.crt into a directory; aborts when it cannot.
/// @param valid_until seconds from now; negative for one that has expired
void write_self_signed(std::filesystem::path const& directory, long valid_until = 86400);

}  // namespace pgdrill::test
