#include "harness/sandbox/kubelet/mounts.hpp"

#include <algorithm>
#include <cctype>

namespace pgdrill::sandbox {
namespace {

bool belongs_to_a_path(char character) {
  return std::isalnum(static_cast<unsigned char>(character)) != 0 || character == '_' || character == '-' ||
         character == '.' || character == '/';
}

bool starts_a_path(std::string_view text, std::size_t position) {
  if (position == 0 || !belongs_to_a_path(text[position - 1])) return true;
  return position >= 3 && text.substr(position - 3, 3) == "://";
}

bool ends_a_path(std::string_view text, std::size_t position) {
  return position == text.size() || text[position] == '/' || !belongs_to_a_path(text[position]);
}

Mount const* mount_at(std::string_view text, std::size_t position, std::vector<Mount> const& mounts) {
  if (text[position] != '/' || !starts_a_path(text, position)) return nullptr;
  auto const found = std::ranges::find_if(mounts, [&](Mount const& mount) {
    return text.substr(position).starts_with(mount.path) && ends_a_path(text, position + mount.path.size());
  });
  return found == mounts.end() ? nullptr : &*found;
}

}  // namespace

std::vector<Mount> mounts_of(json::value const& container,
                             std::map<std::string, std::filesystem::path> const& volumes) {
  std::vector<Mount> mounts;
  auto const* specified = find(container, "volumeMounts");
  if (specified == nullptr || !specified->is_array()) return mounts;
  for (auto const& mount : specified->get_array()) {
    auto const volume = volumes.find(get_string(mount, "name"));
    std::string path = get_string(mount, "mountPath");
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    // A mount at "/" would change every path there is.
    if (volume == volumes.end() || path.size() < 2) continue;
    std::string const below = get_string(mount, "subPath");
    mounts.push_back({path, below.empty() ? volume->second : volume->second / below});
  }
  std::ranges::sort(
      mounts, [](Mount const& left, Mount const& right) { return left.path.size() > right.path.size(); });
  return mounts;
}

std::string rewrite_mounts(std::string_view text, std::vector<Mount> const& mounts) {
  std::string result;
  for (std::size_t position = 0; position < text.size();) {
    if (Mount const* const mount = mount_at(text, position, mounts)) {
      result += mount->directory.string();
      position += mount->path.size();
    } else {
      result += text[position++];
    }
  }
  return result;
}

}  // namespace pgdrill::sandbox
