#include "harness/sandbox/cnpg/cluster_secrets.hpp"

#include "harness/base/files.hpp"
#include "harness/base/text.hpp"
#include "harness/net/certificate.hpp"
#include "harness/net/http.hpp"
#include "harness/sandbox/cnpg/cluster_objects.hpp"

namespace pgdrill::sandbox::cnpg {
namespace {

constexpr std::size_t password_length = 64;

Result<> create_secret(Store& store, json::value const& cluster, std::string const& name,
                       std::string_view type, json::object texts) {
  json::object metadata = metadata_for(cluster, name);
  if (type == "kubernetes.io/basic-auth") {
    metadata["labels"].as_object()["cnpg.io/reload"] = "true";
    metadata["labels"].as_object()["cnpg.io/userType"] = "app";
  } else {
    metadata["labels"] = {{"app.kubernetes.io/managed-by", "cloudnative-pg"}};
    metadata.erase("annotations");
  }
  auto const created = store.create(kube::secret_type, {{"apiVersion", "v1"},
                                                        {"kind", "Secret"},
                                                        {"metadata", std::move(metadata)},
                                                        {"type", type},
                                                        {"stringData", std::move(texts)}});
  if (!created) return tl::make_unexpected(created.error());
  return {};
}

bool exists(Store const& store, json::value const& cluster, std::string const& name) {
  return store.get(kube::secret_type, get_string(cluster, "metadata.namespace"), name).has_value();
}

/// All names of the services, as CNPG's server certificate has them.
std::vector<std::string> server_names(json::value const& cluster) {
  std::string const ns = get_string(cluster, "metadata.namespace");
  std::vector<std::string> names;
  for (auto const* suffix : {"-rw", "-r", "-ro"}) {
    std::string const name = kube::name_of(cluster) + suffix;
    names.insert(names.end(),
                 {name, name + "." + ns, name + "." + ns + ".svc", name + "." + ns + ".svc.cluster.local"});
  }
  if (auto const* more = find(cluster, "spec.certificates.serverAltDNSNames");
      more != nullptr && more->is_array()) {
    for (auto const& name : more->get_array()) names.emplace_back(name.as_string());
  }
  return names;
}

Result<> ensure_certificates(Store& store, json::value const& cluster) {
  std::string const name = kube::name_of(cluster);
  std::string const ns = get_string(cluster, "metadata.namespace");
  if (!exists(store, cluster, name + "-ca")) {
    TRY(net::KeyPair const authority, net::make_authority(name));
    TRY_VOID(create_secret(store, cluster, name + "-ca", "Opaque",
                           {{"ca.crt", authority.certificate_pem}, {"ca.key", authority.key_pem}}));
  }
  net::KeyPair const authority{.certificate_pem = secret_value(store, ns, name + "-ca", "ca.crt"),
                               .key_pem = secret_value(store, ns, name + "-ca", "ca.key")};
  auto const ensure = [&](std::string const& secret, net::CertificateRequest const& request) -> Result<> {
    if (exists(store, cluster, secret)) return {};
    TRY(net::KeyPair const pair, net::make_certificate(authority, request));
    return create_secret(store, cluster, secret, "kubernetes.io/tls",
                         {{"tls.crt", pair.certificate_pem}, {"tls.key", pair.key_pem}});
  };
  TRY_VOID(ensure(name + "-server",
                  {.common_name = name + "-rw", .organization = "", .dns_names = server_names(cluster)}));
  return ensure(name + "-replication",
                {.common_name = "streaming_replica", .organization = "", .client = true});
}

json::object application_texts(json::value const& cluster, Application const& application) {
  std::string const password = random_suffix(password_length);
  std::string const host = kube::name_of(cluster) + "-rw";
  std::string const fqdn = host + "." + get_string(cluster, "metadata.namespace") + ".svc.cluster.local";
  std::string const user = net::percent_encode(application.owner);
  auto const uri = [&](std::string const& at) {
    return fmt::format("postgresql://{}:{}@{}:5432/{}", user, password, at, application.database);
  };
  auto const jdbc = [&](std::string const& at) {
    return fmt::format("jdbc:postgresql://{}:5432/{}?password={}&user={}", at, application.database, password,
                       user);
  };
  return {
      {"username", application.owner},
      {"user", application.owner},
      {"password", password},
      {"dbname", application.database},
      {"host", host},
      {"port", "5432"},
      {"uri", uri(host)},
      {"fqdn-uri", uri(fqdn)},
      {"jdbc-uri", jdbc(host)},
      {"fqdn-jdbc-uri", jdbc(fqdn)},
      {"pgpass", fmt::format("{}:5432:{}:{}:{}\n", host, application.database, application.owner, password)}};
}

}  // namespace

std::string secret_value(Store const& store, std::string const& ns, std::string const& name,
                         std::string const& key) {
  auto const secret = store.get(kube::secret_type, ns, name);
  if (!secret) return "";
  auto const* value = member(find(*secret, "data"), key);
  if (value == nullptr || !value->is_string()) return "";
  return base64_decode(std::string_view(value->get_string())).value_or("");
}

Application application_of(json::value const& cluster) {
  if (bootstrap_role(cluster) == "initdb") {
    return {.database = get_string(cluster, "spec.bootstrap.initdb.database", "app"),
            .owner = get_string(cluster, "spec.bootstrap.initdb.owner", "app")};
  }
  Application const named{.database = get_string(cluster, "spec.bootstrap.recovery.database"),
                          .owner = get_string(cluster, "spec.bootstrap.recovery.owner")};
  return named.database.empty() || named.owner.empty() ? Application{} : named;
}

std::string application_secret(json::value const& cluster) {
  if (application_of(cluster).database.empty()) return "";
  std::string const method = bootstrap_role(cluster) == "initdb" ? "initdb" : "recovery";
  return get_string(cluster, "spec.bootstrap." + method + ".secret.name", kube::name_of(cluster) + "-app");
}

Result<> ensure_secrets(Store& store, json::value const& cluster) {
  TRY_VOID(ensure_certificates(store, cluster));
  std::string const name = kube::name_of(cluster) + "-app";
  if (application_secret(cluster) != name || exists(store, cluster, name)) return {};
  return create_secret(store, cluster, name, "kubernetes.io/basic-auth",
                       application_texts(cluster, application_of(cluster)));
}

}  // namespace pgdrill::sandbox::cnpg
