#include "harness/sandbox/flux/manifests.hpp"

#include <fmt/format.h>

#include <charconv>

#include "harness/base/yaml_documents.hpp"
#include "harness/sandbox/api/store.hpp"

namespace pgdrill::sandbox {

namespace {

json::value to_scalar(YAML::Node const& node) {
  std::string const& text = node.Scalar();
  if (node.Tag() == "!") return json::value(text);  // quoted
  if (text == "true") return true;
  if (text == "false") return false;
  if (text == "null" || text == "~" || text.empty()) return nullptr;
  std::int64_t number = 0;
  auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem == std::errc() && end == text.data() + text.size()) return number;
  double real = 0;
  auto const [real_end, real_problem] = std::from_chars(text.data(), text.data() + text.size(), real);
  bool const is_real = text.find_first_not_of("0123456789.eE+-") == std::string::npos;
  if (is_real && real_problem == std::errc() && real_end == text.data() + text.size()) return real;
  return json::value(text);
}

json::value to_json(YAML::Node const& node) {
  if (node.IsMap()) {
    json::object object;
    for (auto const& entry : node) object[entry.first.Scalar()] = to_json(entry.second);
    return object;
  }
  if (node.IsSequence()) {
    json::array array;
    for (auto const& element : node) array.push_back(to_json(element));
    return array;
  }
  return node.IsScalar() ? to_scalar(node) : json::value(nullptr);
}

}  // namespace

Result<std::vector<json::value>> parse_manifests(std::string_view yaml, std::string_view name) {
  std::vector<json::value> objects;
  try {
    for (YAML::Node const& document : load_yaml_documents(std::string(yaml))) {
      if (document.IsMap()) objects.push_back(to_json(document));
    }
  } catch (YAML::Exception const& problem) {
    return fail({.kind = ErrorKind::invalid,
                 .what = "cannot read manifests",
                 .where = fmt::format("{}:{}:{}", name, problem.mark.line + 1, problem.mark.column + 1),
                 .why = problem.msg});
  }
  return objects;
}

Result<kube::ResourceType> type_of_manifest(json::value const& object) {
  std::string const version = get_string(object, "apiVersion");
  std::string const kind = get_string(object, "kind");
  for (kube::ResourceType const& type : Store::types()) {
    if (type.api_version() == version && type.kind == kind) return type;
  }
  return fail({.kind = ErrorKind::not_found,
               .what = "cannot apply a manifest",
               .why = fmt::format("no matches for kind \"{}\" in version \"{}\"", kind, version)});
}

}  // namespace pgdrill::sandbox
