#include "harness/sandbox/kubelet/volumes.hpp"

#include <fmt/format.h>

#include "harness/base/files.hpp"
#include "harness/sandbox/kubelet/layout.hpp"

namespace pgdrill::sandbox {
namespace {

constexpr std::int64_t default_file_mode = 0644;

json::array list_at(json::value const& document, std::string_view path) {
  auto const* list = find(document, path);
  return list != nullptr && list->is_array() ? list->get_array() : json::array();
}

struct Content {
  std::map<std::string, std::string> entries;
  bool missing = false;
};

Result<Content> content_of(Store const& store, std::string const& ns, kube::ResourceType const& type,
                           std::string const& name) {
  Content content;
  auto const object = store.get(type, ns, name);
  content.missing = !object.has_value();
  if (!object) return content;
  for (std::string_view const part : {"data", "binaryData"}) {
    auto const* entries = find(*object, part);
    if (entries == nullptr || !entries->is_object()) continue;
    bool const encoded = type == kube::secret_type || part == "binaryData";
    for (auto const& [key, value] : entries->get_object()) {
      if (!value.is_string()) continue;
      std::string text(std::string_view(value.get_string()));
      if (encoded) {
        TRY(text, base64_decode(text));
      }
      content.entries[std::string(key)] = std::move(text);
    }
  }
  return content;
}

Error mount_error(std::string why) {
  return {.kind = ErrorKind::invalid,
          .what = "cannot make a volume",
          .why = std::move(why),
          .code = "FailedMount"};
}

/// Writes the keys of one ConfigMap or Secret into a directory; `source` is a volume's configMap or secret
/// part.
Result<> fill(Store const& store, Environment const& environment, std::string const& ns,
              kube::ResourceType const& type, json::value const& source, std::int64_t mode,
              std::filesystem::path const& directory) {
  bool const secret = type == kube::secret_type;
  std::string name = get_string(source, "secretName");
  if (name.empty()) name = get_string(source, "name");
  TRY(auto const content, content_of(store, ns, type, name));
  if (content.missing) {
    if (get_bool(source, "optional")) return {};
    return fail(mount_error(fmt::format("{} \"{}\" not found", secret ? "secret" : "configmap", name)));
  }
  mode = get_int(source, "defaultMode", mode);
  json::array items = list_at(source, "items");
  if (items.empty()) {
    for (auto const& [key, text] : content.entries) items.push_back({{"key", key}, {"path", key}});
  }
  for (auto const& item : items) {
    auto const entry = content.entries.find(get_string(item, "key"));
    if (entry == content.entries.end()) {
      if (get_bool(source, "optional")) continue;
      return fail(mount_error(fmt::format("references non-existent {} key: {}", secret ? "secret" : "config",
                                          get_string(item, "key"))));
    }
    std::filesystem::path const file = directory / get_string(item, "path");
    TRY_VOID(make_directory(environment, file.parent_path(), 0755));
    TRY_VOID(
        write_owned_file(environment, file, entry->second, static_cast<mode_t>(get_int(item, "mode", mode))));
  }
  return {};
}

Result<> fill_projected(Store const& store, Environment const& environment, std::string const& ns,
                        json::value const& projected, std::filesystem::path const& directory) {
  std::int64_t const mode = get_int(projected, "defaultMode", default_file_mode);
  for (auto const& source : list_at(projected, "sources")) {
    if (auto const* config = find(source, "configMap")) {
      TRY_VOID(fill(store, environment, ns, kube::config_map_type, *config, mode, directory));
    }
    if (auto const* secret = find(source, "secret")) {
      TRY_VOID(fill(store, environment, ns, kube::secret_type, *secret, mode, directory));
    }
  }
  return {};
}

Result<std::filesystem::path> make_volume(Store const& store, Environment const& environment,
                                          json::value const& pod, json::value const& volume) {
  std::string const ns = get_string(pod, "metadata.namespace");
  if (auto const* reference = find(volume, "persistentVolumeClaim")) {
    TRY(auto const claim, store.get(kube::volume_claim_type, ns, get_string(*reference, "claimName")));
    std::filesystem::path const directory = claim_directory_of(environment, claim);
    TRY_VOID(make_directory(environment, directory, 0700));
    return directory;
  }
  if (auto const* host = find(volume, "hostPath")) return std::filesystem::path(get_string(*host, "path"));
  std::filesystem::path const directory =
      pod_directory_of(environment, ns, kube::name_of(pod)) / "volumes" / get_string(volume, "name");
  TRY_VOID(make_directory(environment, directory, 0755));
  if (auto const* config = find(volume, "configMap")) {
    TRY_VOID(fill(store, environment, ns, kube::config_map_type, *config, default_file_mode, directory));
  }
  if (auto const* secret = find(volume, "secret")) {
    TRY_VOID(fill(store, environment, ns, kube::secret_type, *secret, default_file_mode, directory));
  }
  if (auto const* projected = find(volume, "projected")) {
    TRY_VOID(fill_projected(store, environment, ns, *projected, directory));
  }
  return directory;
}

}  // namespace

std::string missing_claim(Store const& store, json::value const& pod) {
  std::string const ns = get_string(pod, "metadata.namespace");
  for (auto const& volume : list_at(pod, "spec.volumes")) {
    std::string const name = get_string(volume, "persistentVolumeClaim.claimName");
    if (name.empty()) continue;
    auto const claim = store.get(kube::volume_claim_type, ns, name);
    if (!claim || find(*claim, "metadata.deletionTimestamp") != nullptr) return name;
  }
  return "";
}

Result<Volumes> make_volumes(Store const& store, Environment const& environment, json::value const& pod) {
  Volumes volumes;
  for (auto const& volume : list_at(pod, "spec.volumes")) {
    std::string const name = get_string(volume, "name");
    auto made = make_volume(store, environment, pod, volume);
    if (!made) {
      Error problem = made.error();
      problem.why = fmt::format("MountVolume.SetUp failed for volume \"{}\" : {}", name, problem.why);
      return fail(std::move(problem));
    }
    volumes[name] = *std::move(made);
  }
  return volumes;
}

}  // namespace pgdrill::sandbox
