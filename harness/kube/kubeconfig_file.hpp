// The content of kubeconfig files and how several are merged. YAML stays in kubeconfig_file.cpp.
#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/error.hpp"
#include "harness/base/json.hpp"

namespace pgdrill::kube {

/// A PEM or token that stands in the file (base64) or in a file of its own.
struct Material {
  std::string data;  ///< base64; wins over `file`
  std::string file;  ///< absolute
};

struct ClusterEntry {
  std::filesystem::path file;  ///< the kubeconfig that it comes from
  std::string server;
  Material ca;
  std::string tls_server_name;
  std::string proxy_url;
  bool insecure = false;
  json::value exec_config;  ///< extension client.authentication.k8s.io/exec, handed to exec plugins
};

/// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
struct ExecPlugin {
  std::string api_version;
  std::vector<std::string> command;  ///< program and arguments; one with a slash is absolute
  std::map<std::string, std::string> env;
  std::string install_hint;
  std::string interactive_mode;
  bool provide_cluster_info = false;
};

struct UserEntry {
  std::filesystem::path file;
  Material certificate;
  Material key;
  std::string token;
  std::string token_file;
  std::string username;
  std::string password;
  std::string impersonate;
  std::vector<std::string> impersonate_groups;
  std::string auth_provider;
  std::optional<ExecPlugin> exec;
};

struct ContextEntry {
  std::filesystem::path file;
  std::string cluster;
  std::string user;
  std::string ns;
};

struct Kubeconfig {
  std::string current_context;
  std::map<std::string, ClusterEntry> clusters;
  std::map<std::string, UserEntry> users;
  std::map<std::string, ContextEntry> contexts;
};

/// Error: unreachable, `where` is file:line:col for what is no YAML or no kubeconfig. Never quotes content.
[[nodiscard]] Result<Kubeconfig> parse_kubeconfig(std::string const& text, std::filesystem::path const& file);

/// Adds what is not there yet: the first file to set a name, or the current context, wins.
void merge_kubeconfig(Kubeconfig& into, Kubeconfig later);

}  // namespace pgdrill::kube
