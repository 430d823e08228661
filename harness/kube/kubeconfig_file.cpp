#include "harness/kube/kubeconfig_file.hpp"

#include <yaml-cpp/yaml.h>

namespace pgdrill::kube {

namespace {

namespace fs = std::filesystem;

std::string text_of(YAML::Node const& map, char const* key) {
  YAML::Node const value = map[key];
  return value && value.IsScalar() ? value.Scalar() : "";
}

bool flag_of(YAML::Node const& map, char const* key) { return text_of(map, key) == "true"; }

/// Paths in a kubeconfig are relative to the file that they stand in.
std::string path_of(YAML::Node const& map, char const* key, fs::path const& file) {
  std::string const text = text_of(map, key);
  return text.empty() ? "" : (file.parent_path() / text).lexically_normal().string();
}

Material material_of(YAML::Node const& map, std::string const& key, fs::path const& file) {
  return {text_of(map, (key + "-data").c_str()), path_of(map, key.c_str(), file)};
}

std::vector<std::string> texts_of(YAML::Node const& map, char const* key) {
  std::vector<std::string> texts;
  for (YAML::Node const& item : map[key]) {
    if (item.IsScalar()) texts.push_back(item.Scalar());
  }
  return texts;
}

json::value to_json(YAML::Node const& node) {
  if (node.IsMap()) {
    json::object object;
    for (auto const& entry : node) object[entry.first.Scalar()] = to_json(entry.second);
    return object;
  }
  if (node.IsSequence()) {
    json::array array;
    for (YAML::Node const& item : node) array.push_back(to_json(item));
    return array;
  }
  if (!node.IsScalar()) return nullptr;
  bool flag = false;
  std::int64_t number = 0;
  bool const quoted = node.Tag() == "!";
  if (!quoted && YAML::convert<bool>::decode(node, flag)) return flag;
  if (!quoted && YAML::convert<std::int64_t>::decode(node, number)) return number;
  return json::value(node.Scalar());
}

ClusterEntry cluster_of(YAML::Node const& map, fs::path const& file) {
  ClusterEntry cluster{.file = file,
                       .server = text_of(map, "server"),
                       .ca = material_of(map, "certificate-authority", file),
                       .tls_server_name = text_of(map, "tls-server-name"),
                       .proxy_url = text_of(map, "proxy-url"),
                       .insecure = flag_of(map, "insecure-skip-tls-verify"),
                       .exec_config = nullptr};
  for (YAML::Node const& extension : map["extensions"]) {
    bool const for_exec = text_of(extension, "name") == "client.authentication.k8s.io/exec";
    if (for_exec && extension["extension"]) cluster.exec_config = to_json(extension["extension"]);
  }
  return cluster;
}

ExecPlugin exec_of(YAML::Node const& map, fs::path const& file) {
  ExecPlugin plugin{.api_version = text_of(map, "apiVersion"),
                    .command = {},
                    .env = {},
                    .install_hint = text_of(map, "installHint"),
                    .interactive_mode = text_of(map, "interactiveMode"),
                    .provide_cluster_info = flag_of(map, "provideClusterInfo")};
  std::string const program = text_of(map, "command");
  bool const is_path = program.find('/') != std::string::npos;
  plugin.command.push_back(is_path ? path_of(map, "command", file) : program);
  for (std::string& argument : texts_of(map, "args")) plugin.command.push_back(std::move(argument));
  for (YAML::Node const& variable : map["env"])
    plugin.env[text_of(variable, "name")] = text_of(variable, "value");
  return plugin;
}

UserEntry user_of(YAML::Node const& map, fs::path const& file) {
  UserEntry user{.file = file,
                 .certificate = material_of(map, "client-certificate", file),
                 .key = material_of(map, "client-key", file),
                 .token = text_of(map, "token"),
                 .token_file = path_of(map, "tokenFile", file),
                 .username = text_of(map, "username"),
                 .password = text_of(map, "password"),
                 .impersonate = text_of(map, "as"),
                 .impersonate_groups = texts_of(map, "as-groups"),
                 .auth_provider = {},
                 .exec = {}};
  if (map["auth-provider"]) user.auth_provider = text_of(map["auth-provider"], "name");
  if (map["exec"] && map["exec"].IsMap()) user.exec = exec_of(map["exec"], file);
  return user;
}

ContextEntry context_of(YAML::Node const& map, fs::path const& file) {
  return {file, text_of(map, "cluster"), text_of(map, "user"), text_of(map, "namespace")};
}

std::string place(fs::path const& file, YAML::Mark const& mark) {
  if (mark.is_null()) return file.string();
  return file.string() + ":" + std::to_string(mark.line + 1) + ":" + std::to_string(mark.column + 1);
}

/// Reads "clusters: [{name: x, cluster: {...}}]" and its siblings. The first of equal names wins.
template <class Entry>
void read_named(YAML::Node const& root, char const* list, char const* member, fs::path const& file,
                Entry (*read)(YAML::Node const&, fs::path const&), std::map<std::string, Entry>& into) {
  for (YAML::Node const& item : root[list]) {
    YAML::Node const content = item[member];
    // kubectl accepts an entry without content, such as a user who needs no credentials.
    YAML::Node const map = content && content.IsMap() ? content : YAML::Node(YAML::NodeType::Map);
    into.emplace(text_of(item, "name"), read(map, file));
  }
}

Error broken(std::string where, std::string why) {
  return {.kind = ErrorKind::unreachable,
          .what = "cannot read the kubeconfig",
          .where = std::move(where),
          .why = std::move(why)};
}

}  // namespace

Result<Kubeconfig> parse_kubeconfig(std::string const& text, fs::path const& file) {
  fs::path const absolute = fs::absolute(file);
  try {
    YAML::Node const root = YAML::Load(text);
    Kubeconfig config;
    if (root.IsNull()) return config;
    if (!root.IsMap())
      return fail(broken(place(file, root.Mark()), "expected a map with clusters, contexts and users"));
    config.current_context = text_of(root, "current-context");
    read_named(root, "clusters", "cluster", absolute, cluster_of, config.clusters);
    read_named(root, "users", "user", absolute, user_of, config.users);
    read_named(root, "contexts", "context", absolute, context_of, config.contexts);
    return config;
  } catch (YAML::Exception const& problem) {
    return fail(broken(place(file, problem.mark), problem.msg));
  }
}

void merge_kubeconfig(Kubeconfig& into, Kubeconfig later) {
  if (into.current_context.empty()) into.current_context = std::move(later.current_context);
  into.clusters.merge(later.clusters);
  into.users.merge(later.users);
  into.contexts.merge(later.contexts);
}

}  // namespace pgdrill::kube
