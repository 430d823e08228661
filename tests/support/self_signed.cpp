#include "tests/support/self_signed.hpp"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>

namespace pgdrill::test {

void write_self_signed(std::filesystem::path const& directory, long valid_until) {
  constexpr long one_day = 86400;
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  X509* const certificate = X509_new();
  X509_NAME* const name = X509_get_subject_name(certificate);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -2 * one_day);
  X509_gmtime_adj(X509_getm_notAfter(certificate), valid_until);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<unsigned char const*>("localhost"),
                             -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_set_pubkey(certificate, key);
  X509_sign(certificate, key, EVP_sha256());
  std::FILE* const key_file = std::fopen((directory / "server.key").c_str(), "w");
  std::FILE* const certificate_file = std::fopen((directory / "server.crt").c_str(), "w");
  if (key_file == nullptr || certificate_file == nullptr) std::abort();
  ::chmod((directory / "server.key").c_str(), 0600);
  PEM_write_PrivateKey(key_file, key, nullptr, nullptr, 0, nullptr, nullptr);
  PEM_write_X509(certificate_file, certificate);
  std::fclose(key_file);
  std::fclose(certificate_file);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

}  // namespace pgdrill::test
