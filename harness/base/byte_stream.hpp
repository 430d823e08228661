// The boundary below which heavy templates live: a connection that reads and writes bytes.
#pragma once
#include <cstddef>
#include <span>
#include <string_view>

#include "harness/base/task.hpp"

namespace pgdrill {

class ByteStream {
 public:
  virtual ~ByteStream() = default;
  /// Reads at least one byte; 0 is the end of the stream. Error kinds: unreachable, cancelled (after
  /// close()).
  [[nodiscard]] virtual Task<Result<std::size_t>> read_some(std::span<char> into) = 0;
  /// Writes at least one byte.
  [[nodiscard]] virtual Task<Result<std::size_t>> write_some(std::span<char const> from) = 0;
  /// Tells the peer that nothing more comes (FIN). Does nothing where the protocol has no half-close.
  [[nodiscard]] virtual Task<Result<>> shutdown_write() = 0;
  /// False when the peer has closed, or has sent what nobody waits for: a kept connection that must not be
  /// used again. Does not block.
  [[nodiscard]] virtual bool at_rest() const { return true; }
  /// Ends the stream at once; pending reads and writes end with `cancelled`.
  virtual void close() = 0;
};

[[nodiscard]] Task<Result<>> write_all(ByteStream& stream, std::string_view bytes);
/// Reads until the end of the stream, or fails with `invalid` past `limit` bytes.
[[nodiscard]] Task<Result<std::string>> read_all(ByteStream& stream, std::size_t limit = 64U << 20U);
/// Copies until the end of `from`, then half-closes `to`.
[[nodiscard]] Task<Result<>> pump(ByteStream& from, ByteStream& to);

}  // namespace pgdrill
