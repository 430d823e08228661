#include "harness/base/byte_stream.hpp"

#include <array>
#include <vector>

namespace pgdrill {

Task<Result<>> write_all(ByteStream& stream, std::string_view bytes) {
  while (!bytes.empty()) {
    std::span<char const> const rest(bytes.data(), bytes.size());
    Result<std::size_t> const written = co_await stream.write_some(rest);
    if (!written) co_return tl::make_unexpected(written.error());
    bytes.remove_prefix(*written);
  }
  co_return Result<>();
}

Task<Result<std::string>> read_all(ByteStream& stream, std::size_t limit) {
  std::string text;
  std::vector<char> buffer(16384);
  while (true) {
    Result<std::size_t> const count = co_await stream.read_some(buffer);
    if (!count) co_return tl::make_unexpected(count.error());
    if (*count == 0) co_return text;
    text.append(buffer.data(), *count);
    if (text.size() > limit) {
      co_return fail({.kind = ErrorKind::invalid,
                      .what = "too much data",
                      .why = "more than " + std::to_string(limit) + " bytes came"});
    }
  }
}

Task<Result<>> pump(ByteStream& from, ByteStream& to) {
  std::vector<char> buffer(65536);
  while (true) {
    Result<std::size_t> const count = co_await from.read_some(buffer);
    if (!count) co_return tl::make_unexpected(count.error());
    if (*count == 0) break;
    Result<> const written = co_await write_all(to, std::string_view(buffer.data(), *count));
    if (!written) co_return written;
  }
  co_return co_await to.shutdown_write();
}

}  // namespace pgdrill
