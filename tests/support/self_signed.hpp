// A key and a certificate that signs itself, for a test server.
#pragma once
#include <filesystem>

namespace pgdrill::test {

/// Writes server.key (mode 0600) and server.crt into a directory; aborts when it cannot.
void write_self_signed(std::filesystem::path const& directory);

}  // namespace pgdrill::test
