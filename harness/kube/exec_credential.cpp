#include "harness/base/files.hpp"
#include "harness/base/process.hpp"
#include "harness/base/text.hpp"
#include "harness/kube/access_sources.hpp"

namespace pgdrill::kube {

namespace {

constexpr std::string_view plugin_group = "client.authentication.k8s.io/";
/// A plugin may ask its identity provider over the network.
constexpr auto plugin_deadline = std::chrono::seconds(60);

Error plugin_error(ExecPlugin const& plugin, std::string why) {
  return {.kind = ErrorKind::unreachable,
          .what = "cannot get credentials from the exec plugin",
          .where = plugin.command.front(),
          .why = std::move(why),
          .todo = std::string(trim(plugin.install_hint))};
}

Result<> check(ExecPlugin const& plugin) {
  if (plugin.command.front().empty()) return fail(plugin_error(plugin, "the user's exec has no command"));
  std::string const& version = plugin.api_version;
  if (version != "client.authentication.k8s.io/v1" && version != "client.authentication.k8s.io/v1beta1") {
    return fail(plugin_error(plugin, "apiVersion '" + version +
                                         "' is not one of client.authentication.k8s.io/v1, "
                                         "client.authentication.k8s.io/v1beta1"));
  }
  if (plugin.interactive_mode == "Always") {
    return fail(plugin_error(
        plugin, "it wants to ask questions (interactiveMode: Always), which pgdrill cannot answer"));
  }
  return {};
}

/// The value of KUBERNETES_EXEC_INFO.
Result<std::string> exec_info(ExecPlugin const& plugin, ClusterEntry const& cluster) {
  json::object spec{{"interactive", false}};
  if (plugin.provide_cluster_info) {
    json::object about{{"server", cluster.server}};
    if (!cluster.tls_server_name.empty()) about["tls-server-name"] = cluster.tls_server_name;
    if (cluster.insecure) about["insecure-skip-tls-verify"] = true;
    TRY(std::string const ca, load(cluster.ca, "certificate-authority", cluster.file));
    if (!ca.empty()) about["certificate-authority-data"] = base64_encode(ca);
    if (!cluster.exec_config.is_null()) about["config"] = cluster.exec_config;
    spec["cluster"] = std::move(about);
  }
  json::object const info{
      {"apiVersion", plugin.api_version}, {"kind", "ExecCredential"}, {"spec", std::move(spec)}};
  return json::serialize(info);
}

Result<> take_credential(ExecPlugin const& plugin, std::string const& output, Access& access) {
  Result<json::value> const credential = parse_json(output);
  if (!credential) return fail(plugin_error(plugin, "what it printed is no JSON"));
  std::string const version = get_string(*credential, "apiVersion");
  if (get_string(*credential, "kind") != "ExecCredential" || version != plugin.api_version) {
    bool const other_version = version.starts_with(plugin_group) && version != plugin.api_version;
    return fail(plugin_error(plugin, other_version ? "it answered in " + version +
                                                         ", the kubeconfig asks for " + plugin.api_version
                                                   : "what it printed is no ExecCredential"));
  }
  std::string token = get_string(*credential, "status.token");
  std::string certificate = get_string(*credential, "status.clientCertificateData");
  std::string key = get_string(*credential, "status.clientKeyData");
  if (certificate.empty() != key.empty()) {
    return fail(plugin_error(plugin, "it gave only one of clientCertificateData and clientKeyData"));
  }
  if (token.empty() && key.empty())
    return fail(plugin_error(plugin, "it gave neither a token nor a certificate"));
  access.bearer_token = std::move(token);
  access.tls_options.certificate_pem = std::move(certificate);
  access.tls_options.key_pem = std::move(key);
  return {};
}

}  // namespace

Task<Result<>> apply_exec_credential(ExecPlugin plugin, ClusterEntry cluster, Access& access) {
  CO_TRY_VOID(check(plugin));
  ProcessOptions options{.command = plugin.command, .set_env = plugin.env, .deadline = plugin_deadline};
  CO_TRY(options.set_env["KUBERNETES_EXEC_INFO"], exec_info(plugin, cluster));
  Result<ProcessOutput> const output = co_await run_process(std::move(options));
  if (!output) {
    Error const& error = output.error();
    co_return fail(plugin_error(plugin, error.what + (error.why.empty() ? "" : ": " + error.why)));
  }
  if (output->exit_code != 0) {
    constexpr std::size_t last_part = 2000;
    std::string_view complaint = trim(output->err);
    complaint.remove_prefix(complaint.size() - std::min(complaint.size(), last_part));
    std::string const separator = complaint.empty() ? "" : ": ";
    co_return fail(plugin_error(
        plugin, "exit code " + std::to_string(output->exit_code) + separator + std::string(complaint)));
  }
  co_return take_credential(plugin, output->out, access);
}

}  // namespace pgdrill::kube
