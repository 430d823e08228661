#include "harness/sandbox/kubelet/variables.hpp"

#include <fmt/format.h>

#include <cctype>
#include <optional>

#include "harness/base/files.hpp"

namespace pgdrill::sandbox {
namespace {

Error config_error(std::string why) {
  return {.kind = ErrorKind::invalid,
          .what = "cannot make the container's environment",
          .why = std::move(why),
          .code = "CreateContainerConfigError"};
}

/// The decoded entries of a Secret or ConfigMap.
Result<Variables> data_of(Store const& store, kube::ResourceType const& type, std::string const& ns,
                          std::string const& name) {
  auto const object = store.get(type, ns, name);
  bool const secret = type == kube::secret_type;
  if (!object)
    return fail(config_error(fmt::format("{} \"{}\" not found", secret ? "secret" : "configmap", name)));
  Variables data;
  auto const* entries = find(*object, "data");
  if (entries == nullptr || !entries->is_object()) return data;
  for (auto const& [key, value] : entries->get_object()) {
    if (!value.is_string()) continue;
    std::string text(std::string_view(value.get_string()));
    if (secret) {
      TRY(text, base64_decode(text));
    }
    data[std::string(key)] = text;
  }
  return data;
}

Result<std::optional<std::string>> from_key(Store const& store, std::string const& ns,
                                            kube::ResourceType const& type, json::value const& reference) {
  bool const optional = get_bool(reference, "optional");
  std::string const name = get_string(reference, "name");
  std::string const key = get_string(reference, "key");
  auto const data = data_of(store, type, ns, name);
  if (!data) {
    if (optional) return std::nullopt;
    return fail(data.error());
  }
  auto const entry = data->find(key);
  if (entry != data->end()) return entry->second;
  if (optional) return std::nullopt;
  return fail(config_error(fmt::format("couldn't find key {} in {} {}/{}", key, type.kind, ns, name)));
}

/// "metadata.labels['app']" or a plain path below the pod.
std::string from_field(json::value const& pod, std::string const& path) {
  std::size_t const bracket = path.find("['");
  if (bracket != std::string::npos && path.ends_with("']")) {
    std::string const key = path.substr(bracket + 2, path.size() - bracket - 4);
    return path.starts_with("metadata.labels") ? kube::label_of(pod, key) : kube::annotation_of(pod, key);
  }
  return get_string(pod, path == "status.podIPs" ? "status.podIP" : path);
}

Result<std::optional<std::string>> value_of(Store const& store, json::value const& pod,
                                            json::value const& entry, std::vector<Mount> const& mounts,
                                            Variables const& known) {
  std::string const ns = get_string(pod, "metadata.namespace");
  if (auto const* secret = find(entry, "valueFrom.secretKeyRef")) {
    return from_key(store, ns, kube::secret_type, *secret);
  }
  if (auto const* config = find(entry, "valueFrom.configMapKeyRef")) {
    return from_key(store, ns, kube::config_map_type, *config);
  }
  if (auto const* field = find(entry, "valueFrom.fieldRef")) {
    return from_field(pod, get_string(*field, "fieldPath"));
  }
  return expand_variables(rewrite_mounts(get_string(entry, "value"), mounts), known);
}

Result<> add_sources(Store const& store, json::value const& pod, json::value const& container,
                     Variables& variables) {
  auto const* sources = find(container, "envFrom");
  if (sources == nullptr || !sources->is_array()) return {};
  std::string const ns = get_string(pod, "metadata.namespace");
  for (auto const& source : sources->get_array()) {
    auto const* secret = find(source, "secretRef");
    auto const* reference = secret != nullptr ? secret : find(source, "configMapRef");
    if (reference == nullptr) continue;
    auto const& type = secret != nullptr ? kube::secret_type : kube::config_map_type;
    auto const data = data_of(store, type, ns, get_string(*reference, "name"));
    if (!data && get_bool(*reference, "optional")) continue;
    if (!data) return fail(data.error());
    for (auto const& [key, value] : *data) variables[get_string(source, "prefix") + key] = value;
  }
  return {};
}

std::string variable_name(std::string_view service) {
  std::string name;
  for (char const character : service) {
    name += character == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(character)));
  }
  return name;
}

void add_port(Variables& variables, std::string const& name, std::string const& host, json::value const& port,
              bool first) {
  std::string const number = std::to_string(get_int(port, "port"));
  std::string const url = fmt::format("tcp://{}:{}", host, number);
  if (std::string const port_name = get_string(port, "name"); !port_name.empty()) {
    variables[name + "_SERVICE_PORT_" + variable_name(port_name)] = number;
  }
  if (first) {
    variables[name + "_SERVICE_PORT"] = number;
    variables[name + "_PORT"] = url;
  }
  std::string const prefix = fmt::format("{}_PORT_{}_TCP", name, number);
  variables[prefix] = url;
  variables[prefix + "_PROTO"] = "tcp";
  variables[prefix + "_PORT"] = number;
  variables[prefix + "_ADDR"] = host;
}

}  // namespace

std::string expand_variables(std::string_view text, Variables const& variables) {
  std::string result;
  for (std::size_t position = 0; position < text.size(); ++position) {
    std::string_view const rest = text.substr(position);
    if (rest.starts_with("$$")) {
      result += '$';
      ++position;
      continue;
    }
    std::size_t const end = rest.starts_with("$(") ? rest.find(')') : std::string_view::npos;
    auto const variable = end == std::string_view::npos
                              ? variables.end()
                              : variables.find(std::string(rest.substr(2, end - 2)));
    if (variable == variables.end()) {
      result += text[position];
      continue;
    }
    result += variable->second;
    position += end;
  }
  return result;
}

Variables service_variables(Store const& store, std::string const& ns) {
  Variables variables;
  for (auto const& service : store.list(kube::service_type, ns)) {
    std::string const host = get_string(service, "spec.clusterIP");
    auto const* ports = find(service, "spec.ports");
    if (host.empty() || host == "None" || ports == nullptr || !ports->is_array()) continue;
    std::string const name = variable_name(kube::name_of(service));
    variables[name + "_SERVICE_HOST"] = host;
    bool first = true;
    for (auto const& port : ports->get_array()) {
      add_port(variables, name, host, port, first);
      first = false;
    }
  }
  return variables;
}

Result<Variables> container_variables(Store const& store, json::value const& pod,
                                      json::value const& container, std::vector<Mount> const& mounts,
                                      Variables base) {
  Variables variables = std::move(base);
  TRY_VOID(add_sources(store, pod, container, variables));
  auto const* entries = find(container, "env");
  if (entries == nullptr || !entries->is_array()) return variables;
  for (auto const& entry : entries->get_array()) {
    TRY(auto const value, value_of(store, pod, entry, mounts, variables));
    if (value) variables[get_string(entry, "name")] = *value;
  }
  return variables;
}

}  // namespace pgdrill::sandbox
