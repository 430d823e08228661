#include "harness/net/http_wire.hpp"

#include <algorithm>

namespace pgdrill::net {

namespace {

class PrefixedStream : public ByteStream {
 public:
  PrefixedStream(std::string first, std::unique_ptr<ByteStream> stream)
      : first_(std::move(first)), stream_(std::move(stream)) {}

  Task<Result<std::size_t>> read_some(std::span<char> into) override {
    if (first_.empty()) return stream_->read_some(into);
    return read_first(into);
  }
  Task<Result<std::size_t>> write_some(std::span<char const> from) override {
    return stream_->write_some(from);
  }
  Task<Result<>> shutdown_write() override { return stream_->shutdown_write(); }
  void close() override { stream_->close(); }

 private:
  Task<Result<std::size_t>> read_first(std::span<char> into) {
    std::size_t const count = std::min(into.size(), first_.size());
    std::copy_n(first_.data(), count, into.data());
    first_.erase(0, count);
    co_return count;
  }

  std::string first_;
  std::unique_ptr<ByteStream> stream_;
};

std::string without_breaks(std::string text) {
  std::erase_if(text, [](char c) { return c == '\r' || c == '\n'; });
  return text;
}

}  // namespace

std::string head_bytes(std::string const& start_line, Headers const& headers) {
  std::string bytes = without_breaks(start_line) + "\r\n";
  for (auto const& [name, value] : headers)
    bytes += without_breaks(name) + ": " + without_breaks(value) + "\r\n";
  return bytes + "\r\n";
}

std::unique_ptr<ByteStream> with_prefix(std::string first, std::unique_ptr<ByteStream> stream) {
  if (first.empty()) return stream;
  return std::make_unique<PrefixedStream>(std::move(first), std::move(stream));
}

void ReadBuffer::consume(std::size_t count) {
  begin_ += count;
  if (begin_ == bytes_.size()) {
    bytes_.clear();
    begin_ = 0;
  }
}

std::string ReadBuffer::take() {
  std::string rest(data());
  consume(rest.size());
  return rest;
}

Task<Result<bool>> ReadBuffer::fill(ByteStream& stream) {
  if (begin_ > 0) {
    bytes_.erase(0, begin_);
    begin_ = 0;
  }
  std::size_t const before = bytes_.size();
  // Into a buffer of its own: a cancelled read must leave no trace in ours.
  std::vector<char> piece(read_size);
  Result<std::size_t> const count = co_await stream.read_some(piece);
  if (!count) co_return tl::make_unexpected(count.error());
  bytes_.append(piece.data(), *count);
  co_return bytes_.size() > before;
}

}  // namespace pgdrill::net
