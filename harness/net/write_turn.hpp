// Lets one coroutine write to a connection at a time, in the order in which they asked.
#pragma once
#include <cstdint>
#include <deque>

#include "harness/base/byte_stream.hpp"

namespace pgdrill::net {

class WriteTurn {
 public:
  explicit WriteTurn(asio::any_io_executor const& executor) : moved_on_(executor, Monotonic::max()) {}

  /// Somebody writes, or waits for it.
  [[nodiscard]] bool taken() const { return !queue_.empty(); }
  /// Waits for the turn and takes it; make a Hold of it at once.
  [[nodiscard]] Task<> take();

  /// Gives the turn back when it goes out of scope. A frame that was cut off (cancelled in the middle) closes
  /// the stream, since half of it would garble all that follows.
  class Hold {
   public:
    Hold(WriteTurn& turn, ByteStream& stream) : turn_(turn), stream_(stream) {}
    ~Hold();
    Hold(Hold const&) = delete;
    Hold& operator=(Hold const&) = delete;
    void written(Result<> const& result) { whole_ = result || result.error().kind != ErrorKind::cancelled; }

   private:
    WriteTurn& turn_;
    ByteStream& stream_;
    bool whole_ = false;
  };

 private:
  struct Place;
  void leave(std::uint64_t place);

  asio::steady_timer moved_on_;
  std::deque<std::uint64_t> queue_;  ///< who writes, then who waits
  std::uint64_t next_ = 0;
};

}  // namespace pgdrill::net
