#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "harness/base/files.hpp"
#include "harness/base/text.hpp"
#include "harness/kube/access_sources.hpp"

namespace pgdrill::kube {

namespace {

Error wrong(std::string why, std::string where) {
  return {.kind = ErrorKind::unreachable,
          .what = "cannot use the kubeconfig",
          .where = std::move(where),
          .why = std::move(why)};
}

/// "there is no context 'x'; there are: a, b (did you mean a?)".
template <class Entry>
std::string missing(std::string const& kind, std::string const& name,
                    std::map<std::string, Entry> const& entries) {
  std::vector<std::string> names;
  for (auto const& [known, entry] : entries) names.push_back(known);
  std::string why = "there is no " + kind + " '" + name + "'";
  if (names.empty()) return why + ", and no other";
  why += "; there are: " + join(names, ", ");
  std::optional<std::string> const near = nearest(name, names);
  return near ? why + " (did you mean " + *near + "?)" : why;
}

Result<> set_trust(Access& access, ClusterEntry const& cluster, std::string const& name) {
  TRY(access.tls_options.ca_pem, load(cluster.ca, "certificate-authority of cluster " + name, cluster.file));
  access.tls_options.server_name = cluster.tls_server_name;
  access.tls_options.verify = !cluster.insecure;
  if (cluster.insecure && !access.tls_options.ca_pem.empty()) {
    return fail(wrong("cluster '" + name + "' has both certificate-authority and insecure-skip-tls-verify",
                      cluster.file.string()));
  }
  if (!cluster.proxy_url.empty()) {
    return fail(wrong("cluster '" + name + "' has a proxy-url, which pgdrill does not support",
                      cluster.file.string()));
  }
  return {};
}

Result<> set_credentials(Access& access, UserEntry const& user, std::string const& name) {
  TRY(access.tls_options.certificate_pem,
      load(user.certificate, "client-certificate of user " + name, user.file));
  TRY(access.tls_options.key_pem, load(user.key, "client-key of user " + name, user.file));
  if (access.tls_options.certificate_pem.empty() != access.tls_options.key_pem.empty()) {
    return fail(
        wrong("user '" + name + "' has only one of client-certificate and client-key", user.file.string()));
  }
  access.bearer_token = user.token;
  access.token_file = user.token_file;
  if (!user.username.empty()) {
    access.headers.emplace_back("Authorization",
                                "Basic " + base64_encode(user.username + ":" + user.password));
  }
  if (!user.impersonate.empty()) access.headers.emplace_back("Impersonate-User", user.impersonate);
  for (std::string const& group : user.impersonate_groups)
    access.headers.emplace_back("Impersonate-Group", group);
  if (!user.auth_provider.empty() && !user.exec) {
    return fail(wrong("user '" + name + "' has an auth-provider (" + user.auth_provider +
                          "), which Kubernetes 1.26 removed: use an exec plugin",
                      user.file.string()));
  }
  return {};
}

}  // namespace

Result<std::string> load(Material const& material, std::string const& what,
                         std::filesystem::path const& kubeconfig) {
  if (!material.data.empty()) {
    std::string packed;
    for (char const c : material.data) {
      if (c != ' ' && c != '\n' && c != '\r' && c != '\t') packed += c;
    }
    Result<std::string> decoded = base64_decode(packed);
    if (!decoded) return fail(wrong(what + " is no base64", kubeconfig.string()));
    return decoded;
  }
  if (material.file.empty()) return std::string();
  Result<std::string> content = read_file(material.file);
  if (!content)
    return fail(wrong(what + ": " + content.error().why + ": " + material.file, kubeconfig.string()));
  return content;
}

Result<> set_server(Access& access, std::string const& server, std::string const& where) {
  auto const url = boost::urls::parse_uri(server);
  bool const known = url && (url->scheme() == "https" || url->scheme() == "http") && !url->host().empty();
  if (!known) return fail(wrong("server '" + server + "' is no URL such as https://host:6443", where));
  access.tls = url->scheme() == "https";
  access.host = url->host_type() == boost::urls::host_type::ipv6 ? std::string(url->host_address())
                                                                 : std::string(url->host());
  access.port = access.tls ? 443 : 80;
  if (url->has_port() && url->port_number() != 0) access.port = url->port_number();
  access.base_path = std::string(url->encoded_path());
  while (access.base_path.ends_with('/')) access.base_path.pop_back();
  return {};
}

Task<Result<Access>> access_of_context(Kubeconfig config, std::string context, std::string where) {
  std::string const name = context.empty() ? config.current_context : context;
  if (name.empty()) {
    std::string const why = config.contexts.empty() ? "it has no contexts" : "it has no current-context";
    Error error = wrong(why, where);
    if (!config.contexts.empty()) error.todo = "choose one with --context";
    co_return fail(std::move(error));
  }
  auto const chosen = config.contexts.find(name);
  if (chosen == config.contexts.end())
    co_return fail(wrong(missing("context", name, config.contexts), where));
  auto const cluster = config.clusters.find(chosen->second.cluster);
  if (cluster == config.clusters.end()) {
    co_return fail(
        wrong("context '" + name + "': " + missing("cluster", chosen->second.cluster, config.clusters),
              chosen->second.file.string()));
  }
  Access access;
  CO_TRY_VOID(set_server(access, cluster->second.server, cluster->second.file.string()));
  CO_TRY_VOID(set_trust(access, cluster->second, cluster->first));
  access.default_namespace = chosen->second.ns.empty() ? "default" : chosen->second.ns;
  access.description = "context " + name + " in " + chosen->second.file.string();
  if (chosen->second.user.empty()) co_return access;
  auto const user = config.users.find(chosen->second.user);
  if (user == config.users.end()) {
    co_return fail(wrong("context '" + name + "': " + missing("user", chosen->second.user, config.users),
                         chosen->second.file.string()));
  }
  CO_TRY_VOID(set_credentials(access, user->second, user->first));
  bool const has_own =
      !access.bearer_token.empty() || !access.token_file.empty() || !access.tls_options.key_pem.empty();
  if (!user->second.exec || has_own) co_return access;
  ExecPlugin const plugin = *user->second.exec;
  ClusterEntry const entry = cluster->second;
  CO_TRY_VOID(co_await apply_exec_credential(plugin, entry, access));
  access.renew = [plugin, entry](Access& stale) { return apply_exec_credential(plugin, entry, stale); };
  co_return access;
}

}  // namespace pgdrill::kube
