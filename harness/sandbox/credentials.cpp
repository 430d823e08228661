#include "harness/sandbox/credentials.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/rand.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "harness/base/files.hpp"

namespace pgdrill::sandbox {
namespace {

std::string make_token() {
  std::array<unsigned char, 32> bytes{};
  RAND_bytes(bytes.data(), static_cast<int>(bytes.size()));
  return sha256_hex({reinterpret_cast<char const*>(bytes.data()), bytes.size()});
}

Result<> write_secret_file(std::filesystem::path const& path, std::string_view content) {
  std::filesystem::path const temporary = path.string() + ".new";
  int const file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  bool const written = file >= 0 && ::fchmod(file, 0600) == 0 &&
                       ::write(file, content.data(), content.size()) == static_cast<ssize_t>(content.size());
  int const problem = errno;
  if (file >= 0) ::close(file);
  if (!written || ::rename(temporary.c_str(), path.c_str()) != 0) {
    return fail({.kind = ErrorKind::io,
                 .what = "cannot write the kubeconfig",
                 .where = path.string(),
                 .why = std::strerror(problem)});
  }
  return {};
}

}  // namespace

Result<Credentials> make_credentials(std::string const& address) {
  TRY(net::KeyPair authority, net::make_authority("pgdrill sandbox"));
  TRY(net::KeyPair server,
      net::make_certificate(authority, {.common_name = "kube-apiserver",
                                        .organization = "",
                                        .dns_names = {"localhost", "kubernetes", "kubernetes.default"},
                                        .ip_addresses = {address}}));
  return Credentials{.authority = std::move(authority), .server = std::move(server), .token = make_token()};
}

Result<std::filesystem::path> write_kubeconfig(std::filesystem::path const& directory,
                                               Credentials const& credentials, std::string const& server_url,
                                               std::string const& ns) {
  std::filesystem::path const path = directory / "kubeconfig";
  std::string const text = fmt::format(
      "apiVersion: v1\nkind: Config\ncurrent-context: sandbox\n"
      "clusters:\n- name: sandbox\n  cluster:\n    server: {}\n    certificate-authority-data: {}\n"
      "contexts:\n- name: sandbox\n  context:\n    cluster: sandbox\n    user: sandbox\n    namespace: {}\n"
      "users:\n- name: sandbox\n  user:\n    token: {}\n",
      server_url, base64_encode(credentials.authority.certificate_pem), ns, credentials.token);
  TRY_VOID(write_secret_file(path, text));
  return path;
}

}  // namespace pgdrill::sandbox
