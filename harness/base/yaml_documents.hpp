// All documents of a YAML stream, by yaml-cpp, without its endless loop.
#pragma once
#include <yaml-cpp/yaml.h>

#include <string>
#include <vector>

namespace pgdrill {

/// As YAML::LoadAll, but for a flow's mark outside of a flow (", a"): yaml-cpp 0.7 finds one empty document
/// after the other there, for ever.
/// @throws YAML::Exception for what is not YAML, with the place in `mark`
[[nodiscard]] std::vector<YAML::Node> load_yaml_documents(std::string const& text);

}  // namespace pgdrill
