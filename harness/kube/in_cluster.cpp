#include <charconv>

#include "harness/base/files.hpp"
#include "harness/base/text.hpp"
#include "harness/kube/access_sources.hpp"

namespace pgdrill::kube {

Result<Access> in_cluster_access(Surroundings const& surroundings) {
  std::filesystem::path const& directory = surroundings.service_account;
  Access access;
  access.host = surroundings.service_host;
  if (!surroundings.service_port.empty()) {
    std::string const& text = surroundings.service_port;
    auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), access.port);
    if (problem != std::errc() || end != text.data() + text.size()) {
      return fail({.kind = ErrorKind::unreachable,
                   .what = "cannot use the service account",
                   .where = "KUBERNETES_SERVICE_PORT",
                   .why = "not a port: '" + text + "'"});
    }
  }
  TRY(access.tls_options.ca_pem, read_file(directory / "ca.crt"));
  access.token_file = (directory / "token").string();
  Result<std::string> const ns = read_file(directory / "namespace");
  access.default_namespace = ns && !trim(*ns).empty() ? std::string(trim(*ns)) : "default";
  access.description = "the service account in " + directory.string();
  return access;
}

}  // namespace pgdrill::kube
