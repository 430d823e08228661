// What lets clients into a sandbox: an authority, a server certificate, a token, and the kubeconfig that
// names them.
#pragma once
#include <filesystem>
#include <string>

#include "harness/net/certificate.hpp"

namespace pgdrill::sandbox {

struct Credentials {
  net::KeyPair authority;
  net::KeyPair server;
  std::string token;  ///< a secret
};

/// Fresh ones for a server at `address`. Error: internal, with OpenSSL's text.
[[nodiscard]] Result<Credentials> make_credentials(std::string const& address);

/// Writes DIR/kubeconfig, mode 0600; its context's namespace is `ns`.
[[nodiscard]] Result<std::filesystem::path> write_kubeconfig(std::filesystem::path const& directory,
                                                             Credentials const& credentials,
                                                             std::string const& server_url,
                                                             std::string const& ns);

}  // namespace pgdrill::sandbox
