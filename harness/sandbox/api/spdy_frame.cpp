#include "harness/sandbox/api/spdy_frame.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "harness/sandbox/api/spdy_dictionary.hpp"

namespace pgdrill::sandbox {
namespace {

constexpr std::size_t head_size = 8;
constexpr std::size_t header_block_limit = std::size_t{256} << 10U;
constexpr unsigned char flag_fin = 1;

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t index = 0; index < 4; ++index)
    value = (value << 8U) | static_cast<unsigned char>(bytes[at + index]);
  return value;
}

void append_number(std::string& bytes, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8)
    bytes += static_cast<char>((value >> static_cast<unsigned>(shift)) & 0xFFU);
}

std::string frame(std::uint32_t first, unsigned char flags, std::string_view body) {
  std::string bytes;
  append_number(bytes, first);
  append_number(bytes, (std::uint32_t{flags} << 24U) | static_cast<std::uint32_t>(body.size()));
  bytes += body;
  return bytes;
}

constexpr std::uint32_t control(std::uint32_t type) { return 0x80030000U | type; }

Bytef* input(std::string_view bytes) { return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data())); }

tl::unexpected<Error> no_spdy(std::string why) {
  return fail({.kind = ErrorKind::invalid, .what = "the stream is no SPDY/3.1", .why = std::move(why)});
}

Result<std::map<std::string, std::string>> headers_from(std::string_view block) {
  std::map<std::string, std::string> headers;
  std::size_t at = 4;
  if (block.size() < 4) return no_spdy("a header block is too short");
  auto const text = [&](std::string& into) {
    if (block.size() - at < 4) return false;
    std::size_t const length = number_at(block, at);
    at += 4;
    if (block.size() - at < length) return false;
    into = block.substr(at, length);
    at += length;
    return true;
  };
  for (std::uint32_t left = number_at(block, 0); left > 0; --left) {
    std::string name;
    std::string value;
    if (!text(name) || !text(value)) return no_spdy("a header block ends early");
    std::ranges::transform(name, name.begin(),
                           [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    headers[name] = value;
  }
  return headers;
}

std::string header_block(std::map<std::string, std::string> const& headers) {
  std::string block;
  append_number(block, static_cast<std::uint32_t>(headers.size()));
  for (auto const& [name, value] : headers) {
    for (std::string const* part : {&name, &value}) {
      append_number(block, static_cast<std::uint32_t>(part->size()));
      block += *part;
    }
  }
  return block;
}

}  // namespace

struct SpdyDecoder::Inflater {
  z_stream stream{};
  Inflater() { inflateInit(&stream); }
  ~Inflater() { inflateEnd(&stream); }

  Result<std::string> inflate_block(std::string_view bytes) {
    std::string block;
    std::array<char, 4096> piece{};
    stream.next_in = input(bytes);
    stream.avail_in = static_cast<uInt>(bytes.size());
    while (true) {
      stream.next_out = reinterpret_cast<Bytef*>(piece.data());
      stream.avail_out = static_cast<uInt>(piece.size());
      int const outcome = ::inflate(&stream, Z_SYNC_FLUSH);
      if (outcome == Z_NEED_DICT) {
        auto const& dictionary = spdy_dictionary();
        if (inflateSetDictionary(&stream, input(dictionary), static_cast<uInt>(dictionary.size())) != Z_OK) {
          return no_spdy("a header block has another dictionary");
        }
        continue;
      }
      if (outcome != Z_OK && outcome != Z_BUF_ERROR) return no_spdy("a header block cannot be inflated");
      block.append(piece.data(), piece.size() - stream.avail_out);
      if (block.size() > header_block_limit) return no_spdy("a header block is too long");
      if (stream.avail_out != 0) return block;
    }
  }
};

SpdyDecoder::SpdyDecoder() : inflater_(std::make_unique<Inflater>()) {}
SpdyDecoder::~SpdyDecoder() = default;

Result<std::optional<SpdyFrame>> SpdyDecoder::next() {
  if (buffer_.size() < head_size) return std::optional<SpdyFrame>();
  std::uint32_t const first = number_at(buffer_, 0);
  std::uint32_t const second = number_at(buffer_, 4);
  std::size_t const length = second & 0xFFFFFFU;
  if (buffer_.size() < head_size + length) return std::optional<SpdyFrame>();
  std::string body = buffer_.substr(head_size, length);
  buffer_.erase(0, head_size + length);
  SpdyFrame result;
  result.fin = ((second >> 24U) & flag_fin) != 0;
  if ((first & 0x80000000U) == 0) {
    result.type = SpdyFrame::Type::data;
    result.stream = first;
    result.payload = std::move(body);
    return result;
  }
  if (((first >> 16U) & 0x7FFFU) != 3) return no_spdy("a frame of another version");
  using Type = SpdyFrame::Type;
  switch (first & 0xFFFFU) {
    case 1:
      result.type = Type::open_stream;
      break;
    case 2:
      result.type = Type::reply;
      break;
    case 3:
      result.type = Type::reset;
      break;
    case 6:
      result.type = Type::ping;
      break;
    case 7:
      result.type = Type::go_away;
      break;
    default:
      break;
  }
  if (body.size() >= 4) result.stream = number_at(body, 0) & (result.type == Type::ping ? ~0U : 0x7FFFFFFFU);
  if (result.type == Type::open_stream || result.type == Type::reply) {
    std::size_t const fixed = result.type == Type::open_stream ? 10 : 4;
    if (body.size() < fixed) return no_spdy("a frame is too short");
    TRY(std::string const block, inflater_->inflate_block(std::string_view(body).substr(fixed)));
    TRY(result.headers, headers_from(block));
  }
  return result;
}

struct SpdyEncoder::Deflater {
  z_stream stream{};
  Deflater() {
    deflateInit(&stream, Z_DEFAULT_COMPRESSION);
    auto const& dictionary = spdy_dictionary();
    deflateSetDictionary(&stream, input(dictionary), static_cast<uInt>(dictionary.size()));
  }
  ~Deflater() { deflateEnd(&stream); }

  std::string deflate_block(std::string const& block) {
    std::string bytes(deflateBound(&stream, static_cast<uLong>(block.size())) + 64, '\0');
    stream.next_in = input(block);
    stream.avail_in = static_cast<uInt>(block.size());
    stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
    stream.avail_out = static_cast<uInt>(bytes.size());
    ::deflate(&stream, Z_SYNC_FLUSH);
    bytes.resize(bytes.size() - stream.avail_out);
    return bytes;
  }
};

SpdyEncoder::SpdyEncoder() : deflater_(std::make_unique<Deflater>()) {}
SpdyEncoder::~SpdyEncoder() = default;

std::string SpdyEncoder::open_stream(std::uint32_t stream,
                                     std::map<std::string, std::string> const& headers) {
  std::string body;
  append_number(body, stream);
  body += std::string(6, '\0');
  body += deflater_->deflate_block(header_block(headers));
  return frame(control(1), 0, body);
}

std::string SpdyEncoder::reply(std::uint32_t stream, std::map<std::string, std::string> const& headers) {
  std::string body;
  append_number(body, stream);
  body += deflater_->deflate_block(header_block(headers));
  return frame(control(2), 0, body);
}

std::string SpdyEncoder::data(std::uint32_t stream, std::string_view bytes, bool fin) {
  return frame(stream, fin ? flag_fin : 0, bytes);
}

std::string SpdyEncoder::ping(std::uint32_t number) {
  std::string body;
  append_number(body, number);
  return frame(control(6), 0, body);
}

}  // namespace pgdrill::sandbox
