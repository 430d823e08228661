#include "harness/postgres/connection.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pgdrill::postgres {

namespace {

void append_setting(std::string& into, std::string_view keyword, std::string_view value) {
  if (value.empty()) return;
  if (!into.empty()) into += ' ';
  into.append(keyword).append("='");
  for (char const c : value) {
    if (c == '\'' || c == '\\') into += '\\';
    into += c;
  }
  into += '\'';
}

}  // namespace

std::string ConnectionParameters::text() const {
  return fmt::format("{}@{}:{}/{}", user, host.empty() ? host_address : host, port, database);
}

std::string ConnectionParameters::conninfo(Duration connect_limit) const {
  // libpq counts connect_timeout in whole seconds and takes 1 for 2.
  auto const seconds =
      std::max<std::int64_t>(2, std::chrono::ceil<std::chrono::seconds>(connect_limit).count());
  std::string result;
  append_setting(result, "host", host);
  append_setting(result, "hostaddr", host_address);
  append_setting(result, "port", std::to_string(port));
  append_setting(result, "user", user);
  append_setting(result, "password", password);
  append_setting(result, "dbname", database);
  append_setting(result, "sslmode", ssl_mode);
  // ~/.postgresql is somebody's own: a root.crt there would turn `require` into a check of the certificate,
  // and files that cannot be read would end the connection.
  std::string_view const nowhere = "/nonexistent/pgdrill";
  bool const verified = ssl_mode.starts_with("verify");
  if (!verified || !root_certificate.empty()) {
    for (char const* const file : {"sslcert", "sslkey", "sslcrl"}) append_setting(result, file, nowhere);
  }
  append_setting(result, "sslrootcert", verified ? root_certificate : nowhere);
  append_setting(result, "application_name", application_name);
  append_setting(result, "client_encoding", "UTF8");
  append_setting(result, "connect_timeout", std::to_string(seconds));
  // A peer that vanished without a word must not hold a connection for the kernel's quarter of an hour.
  append_setting(result, "tcp_user_timeout",
                 std::to_string(std::max<std::int64_t>(
                     1000, std::chrono::ceil<std::chrono::milliseconds>(connect_limit).count())));
  return result;
}

std::string Rows::scalar() const {
  if (rows.empty() || rows.front().empty()) return {};
  return rows.front().front().value_or("");
}

std::string quote_identifier(std::string_view name) {
  std::string result = "\"";
  for (char const c : name) {
    if (c == '"') result += '"';
    result += c;
  }
  return result + '"';
}

std::string quote_literal(std::string_view text) {
  bool const escaped = text.find('\\') != std::string_view::npos;
  std::string result = escaped ? "E'" : "'";
  for (char const c : text) {
    if (c == '\'' || c == '\\') result += c;
    result += c;
  }
  return result + '\'';
}

std::string transport_cause(std::string_view text) {
  struct Sign {
    std::string_view part;
    std::string_view cause;
  };
  // libpq's own words and OpenSSL's, which are not translated where no locale is set; the first that fits.
  static constexpr Sign signs[] = {{"certificate", "tls"},
                                   {"SSL", "tls"},
                                   {"could not translate host name", "dns"},
                                   {"not found: ", "dns"},
                                   {"Connection refused", "refused"},
                                   {"No route to host", "no-route"},
                                   {"etwork is unreachable", "no-route"},
                                   {"timeout expired", "timeout"},
                                   {"timed out", "timeout"},
                                   {"closed the connection unexpectedly", "lost"},
                                   {"Connection reset", "lost"},
                                   {"Broken pipe", "lost"},
                                   {"connection was lost", "lost"}};
  // "SSL connection has been closed" tells of a loss, not of TLS.
  if (text.find("SSL connection has been closed") != std::string_view::npos) return "lost";
  for (auto const& sign : signs) {
    if (text.find(sign.part) != std::string_view::npos) return std::string(sign.cause);
  }
  return "other";
}

std::string error_class(Error const& error) {
  switch (error.kind) {
    case ErrorKind::unreachable:
      return "transport";
    case ErrorKind::timeout:
      return "timeout";
    case ErrorKind::postgres:
      return error.code.size() == 5 ? error.code.substr(0, 2) : "postgres";
    default:
      return std::string(name_of(error.kind));
  }
}

}  // namespace pgdrill::postgres
