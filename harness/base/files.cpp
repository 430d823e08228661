#include "harness/base/files.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <system_error>

namespace pgdrill {

namespace {

tl::unexpected<Error> io_failure(std::string what, std::filesystem::path const& path, int number) {
  return fail({.kind = ErrorKind::io,
               .what = std::move(what),
               .where = path.string(),
               .why = std::generic_category().message(number)});
}

Result<> write_and_sync(int descriptor, std::filesystem::path const& path, std::string_view content) {
  while (!content.empty()) {
    ssize_t const written = ::write(descriptor, content.data(), content.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return io_failure("cannot write file", path, errno);
    }
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(descriptor) != 0 && errno != EINVAL) return io_failure("cannot sync file", path, errno);
  return {};
}

}  // namespace

Result<std::string> read_file(std::filesystem::path const& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return io_failure("cannot read file", path, errno);
  std::ostringstream content;
  content << stream.rdbuf();
  if (stream.bad() || std::filesystem::is_directory(path))
    return io_failure("cannot read file", path, EISDIR);
  return std::move(content).str();
}

Result<> write_file_atomically(std::filesystem::path const& path, std::string_view content) {
  std::string name = path.string() + ".XXXXXX";
  int const descriptor = ::mkostemp(name.data(), O_CLOEXEC);
  if (descriptor < 0) return io_failure("cannot create file", path, errno);
  Result<> const written = write_and_sync(descriptor, path, content);
  ::fchmod(descriptor, 0644);
  ::close(descriptor);
  if (!written) {
    ::unlink(name.c_str());
    return written;
  }
  if (::rename(name.c_str(), path.c_str()) != 0) {
    int const number = errno;
    ::unlink(name.c_str());
    return io_failure("cannot rename file", path, number);
  }
  return {};
}

Result<std::filesystem::path> make_temporary_directory(std::string_view prefix) {
  std::string name = (std::filesystem::temp_directory_path() / (std::string(prefix) + "-XXXXXX")).string();
  if (::mkdtemp(name.data()) == nullptr) return io_failure("cannot create directory", name, errno);
  return std::filesystem::path(name);
}

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<unsigned char const*>(bytes.data()), bytes.size(), digest.data());
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (unsigned char const byte : digest) {
    text += digits[byte >> 4U];
    text += digits[byte & 15U];
  }
  return text;
}

std::string base64_encode(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3), '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                  reinterpret_cast<unsigned char const*>(bytes.data()), static_cast<int>(bytes.size()));
  return text;
}

Result<std::string> base64_decode(std::string_view text) {
  std::string compact;
  for (char const c : text) {
    if (c != '\n' && c != '\r' && c != ' ' && c != '\t') compact += c;
  }
  std::string bytes(3 * compact.size() / 4, '\0');
  int const size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<unsigned char const*>(compact.data()),
                                   static_cast<int>(compact.size()));
  if (size < 0 || compact.size() % 4 != 0) {
    return fail({.kind = ErrorKind::invalid, .what = "cannot decode base64", .why = "it is not base64 text"});
  }
  std::size_t padding = 0;
  while (padding < 2 && padding < compact.size() && compact[compact.size() - 1 - padding] == '=') ++padding;
  bytes.resize(static_cast<std::size_t>(size) - padding);
  return bytes;
}

}  // namespace pgdrill
