// What both sides of HTTP share: the bytes of a head, and a stream that begins with bytes read already.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "harness/base/byte_stream.hpp"
#include "harness/net/http.hpp"

namespace pgdrill::net {

inline constexpr std::size_t read_size = 65'536;

/// A start line and headers as bytes, with the empty line. Line breaks in a header are dropped: they would
/// end it.
[[nodiscard]] std::string head_bytes(std::string const& start_line, Headers const& headers);

/// `stream`, with `first` readable from it before anything else.
[[nodiscard]] std::unique_ptr<ByteStream> with_prefix(std::string first, std::unique_ptr<ByteStream> stream);

/// Bytes that were read and not yet used.
class ReadBuffer {
 public:
  [[nodiscard]] std::string_view data() const { return std::string_view(bytes_).substr(begin_); }
  [[nodiscard]] bool empty() const { return data().empty(); }
  void consume(std::size_t count);
  [[nodiscard]] std::string take();
  /// Reads once more; false at the end of the stream.
  [[nodiscard]] Task<Result<bool>> fill(ByteStream& stream);

 private:
  std::string bytes_;
  std::size_t begin_ = 0;
};

}  // namespace pgdrill::net
