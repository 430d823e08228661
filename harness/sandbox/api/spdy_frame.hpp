// SPDY/3.1 framing without I/O, as far as Kubernetes' port-forward uses it
// (https://www.chromium.org/spdy/spdy-protocol/spdy-protocol-draft3-1/).
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "harness/base/error.hpp"

namespace pgdrill::sandbox {

struct SpdyFrame {
  enum class Type { data, open_stream, reply, reset, ping, go_away, other } type = Type::other;
  std::uint32_t stream = 0;                    ///< for a ping: its number
  bool fin = false;                            ///< the sender's last frame on this stream
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string payload;                         ///< of a data frame
};

/// Takes frames out of a stream of bytes. Header blocks share one compression context, so each must be
/// decoded.
class SpdyDecoder {
 public:
  SpdyDecoder();
  ~SpdyDecoder();
  void feed(std::string_view bytes) { buffer_ += bytes; }
  /// The next frame, or nothing when bytes are missing. Error: invalid for what is no SPDY/3.
  [[nodiscard]] Result<std::optional<SpdyFrame>> next();

 private:
  struct Inflater;
  std::string buffer_;
  std::unique_ptr<Inflater> inflater_;
};

class SpdyEncoder {
 public:
  SpdyEncoder();
  ~SpdyEncoder();
  [[nodiscard]] std::string open_stream(std::uint32_t stream,
                                        std::map<std::string, std::string> const& headers);
  [[nodiscard]] std::string reply(std::uint32_t stream,
                                  std::map<std::string, std::string> const& headers = {});
  [[nodiscard]] static std::string data(std::uint32_t stream, std::string_view bytes, bool fin = false);
  [[nodiscard]] static std::string ping(std::uint32_t number);

 private:
  struct Deflater;
  std::unique_ptr<Deflater> deflater_;
};

}  // namespace pgdrill::sandbox
