#include "harness/net/certificate.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

namespace pgdrill::net {

namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Memory = std::unique_ptr<BIO, Deleter<BIO_free_all>>;

constexpr long seconds_per_day = 86'400;
constexpr long authority_days = 3'650;
constexpr long certificate_days = 365;

Error openssl_error(std::string what, ErrorKind kind = ErrorKind::internal) {
  char text[256] = "unknown reason";
  if (unsigned long const code = ERR_get_error(); code != 0) ERR_error_string_n(code, text, sizeof text);
  return {.kind = kind, .what = std::move(what), .why = text};
}

std::string content_of(BIO* memory) {
  char* data = nullptr;
  long const size = BIO_get_mem_data(memory, &data);
  return {data, static_cast<std::size_t>(size)};
}

Result<KeyPair> to_pem(X509* certificate, EVP_PKEY* key) {
  Memory const certificate_text(BIO_new(BIO_s_mem()));
  Memory const key_text(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509(certificate_text.get(), certificate) != 1 ||
      PEM_write_bio_PrivateKey(key_text.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return tl::make_unexpected(openssl_error("cannot write a certificate"));
  }
  return KeyPair{content_of(certificate_text.get()), content_of(key_text.get())};
}

void add_name(X509_NAME* name, char const* field, std::string const& value) {
  if (value.empty()) return;
  X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, reinterpret_cast<unsigned char const*>(value.data()),
                             static_cast<int>(value.size()), -1, 0);
}

void add_extension(X509* certificate, X509* issuer, int id, std::string const& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>> const extension(
      X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str()));
  if (extension) X509_add_ext(certificate, extension.get(), -1);
}

Certificate unsigned_certificate(EVP_PKEY* key, CertificateRequest const& request, long days) {
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  std::int64_t serial = 0;
  RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial);
  ASN1_INTEGER_set_int64(X509_get_serialNumber(certificate.get()), serial & 0x7FFF'FFFF'FFFF'FFFF);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3'600);  // clocks differ
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), days * seconds_per_day);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME* const name = X509_get_subject_name(certificate.get());
  add_name(name, "O", request.organization);
  add_name(name, "CN", request.common_name);
  return certificate;
}

std::string alternative_names(CertificateRequest const& request) {
  std::string names;
  for (std::string const& name : request.dns_names) names += (names.empty() ? "DNS:" : ",DNS:") + name;
  for (std::string const& address : request.ip_addresses) names += (names.empty() ? "IP:" : ",IP:") + address;
  return names;
}

}  // namespace

Result<KeyPair> make_authority(std::string const& common_name) {
  Key const key(EVP_EC_gen("P-256"));
  if (!key) return tl::make_unexpected(openssl_error("cannot make a key"));
  CertificateRequest const request{.common_name = common_name, .organization = "pgdrill"};
  Certificate const certificate = unsigned_certificate(key.get(), request, authority_days);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
  add_extension(certificate.get(), certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  add_extension(certificate.get(), certificate.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(certificate.get(), certificate.get(), NID_subject_key_identifier, "hash");
  if (X509_sign(certificate.get(), key.get(), EVP_sha256()) == 0) {
    return tl::make_unexpected(openssl_error("cannot sign the authority"));
  }
  return to_pem(certificate.get(), key.get());
}

Result<KeyPair> make_certificate(KeyPair const& authority, CertificateRequest const& request) {
  Memory const issuer_text(
      BIO_new_mem_buf(authority.certificate_pem.data(), static_cast<int>(authority.certificate_pem.size())));
  Memory const issuer_key_text(
      BIO_new_mem_buf(authority.key_pem.data(), static_cast<int>(authority.key_pem.size())));
  Certificate const issuer(PEM_read_bio_X509(issuer_text.get(), nullptr, nullptr, nullptr));
  Key const issuer_key(PEM_read_bio_PrivateKey(issuer_key_text.get(), nullptr, nullptr, nullptr));
  if (!issuer || !issuer_key)
    return tl::make_unexpected(openssl_error("cannot read the authority", ErrorKind::invalid));
  Key const key(EVP_EC_gen("P-256"));
  if (!key) return tl::make_unexpected(openssl_error("cannot make a key"));
  Certificate const certificate = unsigned_certificate(key.get(), request, certificate_days);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer.get()));
  add_extension(certificate.get(), issuer.get(), NID_basic_constraints, "critical,CA:FALSE");
  add_extension(certificate.get(), issuer.get(), NID_key_usage, "critical,digitalSignature,keyEncipherment");
  add_extension(certificate.get(), issuer.get(), NID_ext_key_usage,
                request.client ? "clientAuth" : "serverAuth");
  std::string const names = alternative_names(request);
  if (!names.empty()) add_extension(certificate.get(), issuer.get(), NID_subject_alt_name, names);
  if (X509_sign(certificate.get(), issuer_key.get(), EVP_sha256()) == 0) {
    return tl::make_unexpected(openssl_error("cannot sign the certificate"));
  }
  return to_pem(certificate.get(), key.get());
}

}  // namespace pgdrill::net
