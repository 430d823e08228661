#include "probes/packing.hpp"

#include <zlib.h>

#include <array>

#include "harness/base/files.hpp"
#include "harness/base/text.hpp"

namespace pgdrill::probes {

namespace {

Error damaged() {
  return {.kind = ErrorKind::invalid, .what = "cannot read a snapshot", .why = "its packed part is damaged"};
}

Result<std::string> inflate_text(std::string const& bytes) {
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) return fail(damaged());
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string text;
  std::array<char, 16384> piece{};
  int state = Z_OK;
  while (state == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    state = inflate(&stream, Z_NO_FLUSH);
    text.append(piece.data(), piece.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  if (state != Z_STREAM_END) return fail(damaged());
  return text;
}

}  // namespace

std::string pack_labels(std::vector<std::string> const& labels) {
  std::string const text = join(labels, "\n");
  uLongf size = compressBound(static_cast<uLong>(text.size()));
  std::string packed(size, '\0');
  compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<Bytef const*>(text.data()),
           static_cast<uLong>(text.size()));
  packed.resize(size);
  return base64_encode(packed);
}

Result<std::vector<std::string>> unpack_labels(std::string_view packed, std::optional<std::size_t> count) {
  TRY(std::string const bytes, base64_decode(packed));
  TRY(std::string const text, inflate_text(bytes));
  if (count == 0U || (!count && text.empty())) return std::vector<std::string>();
  auto labels = split(text, '\n');
  if (count && labels.size() != *count) return fail(damaged());
  return labels;
}

std::string pack_hashes(std::vector<std::uint32_t> const& hashes) {
  std::string bytes;
  bytes.reserve(hashes.size() * 4);
  for (auto const hash : hashes) {
    for (unsigned shift = 0; shift < 32; shift += 8) bytes += static_cast<char>((hash >> shift) & 0xFFU);
  }
  return base64_encode(bytes);
}

Result<std::vector<std::uint32_t>> unpack_hashes(std::string_view packed) {
  TRY(std::string const bytes, base64_decode(packed));
  if (bytes.size() % 4 != 0) return fail(damaged());
  std::vector<std::uint32_t> hashes;
  for (std::size_t at = 0; at < bytes.size(); at += 4) {
    std::uint32_t hash = 0;
    for (std::size_t byte = 4; byte-- > 0;)
      hash = (hash << 8U) | static_cast<unsigned char>(bytes[at + byte]);
    hashes.push_back(hash);
  }
  return hashes;
}

}  // namespace pgdrill::probes
