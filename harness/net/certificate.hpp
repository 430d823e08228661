// A certificate authority and certificates of its making (EC P-256, X.509 v3, RFC 5280), for the sandbox and
// for tests.
#pragma once
#include <string>
#include <vector>

#include "harness/base/error.hpp"

namespace pgdrill::net {

/// Certificate and private key, both PEM. The key is a secret: files that hold it are mode 0600.
struct KeyPair {
  std::string certificate_pem;
  std::string key_pem;
};

struct CertificateRequest {
  std::string common_name;
  std::string organization;               ///< may be empty
  std::vector<std::string> dns_names;     ///< subject alternative names
  std::vector<std::string> ip_addresses;  ///< subject alternative names
  bool client = false;                    ///< for client authentication; else for servers
};

/// A self-signed authority, valid for ten years. Errors: internal, with OpenSSL's text.
[[nodiscard]] Result<KeyPair> make_authority(std::string const& common_name);
/// A certificate signed by the authority, valid for a year from an hour ago. Errors: invalid for an authority
/// that is no PEM, internal.
[[nodiscard]] Result<KeyPair> make_certificate(KeyPair const& authority, CertificateRequest const& request);

}  // namespace pgdrill::net
