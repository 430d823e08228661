// include: the steps of another file, with parameters. The file sees its own parameters and nothing else, so
// that what it does can be read from it and from the place that includes it.
#include <algorithm>

#include "harness/scenario/step_items.hpp"

namespace pgdrill::scenario {

namespace {

// A scenario is a few pages; more is a mistake or an attack (files that include each other many times over).
constexpr std::size_t deepest_include = 8;
constexpr int most_includes = 100;

/// The parameters that a fragment declares, with what `with` gives for them.
std::map<std::string, std::string> bind_parameters(Reader& reader, YamlNode const& include,
                                                   YamlNode const& fragment, Location const& place) {
  std::map<std::string, std::string> bound;
  std::vector<std::string> names;
  YamlNode const* const with = include.value("with");
  YamlNode const* const declared = fragment.value("parameters");
  if (with != nullptr && !reader.expect_map(*with, "'with'")) return bound;
  if (declared != nullptr && !reader.expect_map(*declared, "'parameters'")) return bound;
  if (declared != nullptr) {
    for (YamlNode::Entry const& entry : declared->entries) {
      names.push_back(entry.key);
      YamlNode const* const given = with != nullptr ? with->value(entry.key) : nullptr;
      if (given != nullptr) {
        bound[entry.key] = reader.text(*given, "'" + entry.key + "'").value_or("");
      } else if (entry.value.kind == YamlNode::Kind::scalar) {
        bound[entry.key] = entry.value.scalar;
      } else {
        bound[entry.key] = "";
        reader.complain(place, "the included file needs parameter '" + entry.key + "'; give it in 'with'");
      }
    }
  }
  if (with == nullptr) return bound;
  for (YamlNode::Entry const& entry : with->entries) {
    if (std::find(names.begin(), names.end(), entry.key) != names.end()) continue;
    std::string const hint = names.empty() ? std::string("; it takes none") : suggestion(entry.key, names);
    reader.complain(entry.location, "the included file has no parameter '" + entry.key + "'" + hint);
  }
  return bound;
}

/// The file as YAML; nothing after a problem.
std::optional<YamlNode> read_fragment(StepReading& reading, std::filesystem::path const& file,
                                      Location const& place) {
  Reader& reader = reading.reader;
  if (!reading.options.load) {
    reader.complain(place, "files cannot be included here");
    return std::nullopt;
  }
  bool const again = std::find(reading.files.begin(), reading.files.end(), file) != reading.files.end();
  if (again || reading.files.size() > deepest_include) {
    reader.complain(place,
                    again ? "'" + file.string() + "' includes itself" : "includes are nested too deep");
    return std::nullopt;
  }
  if (++reading.includes > most_includes) {
    if (reading.includes == most_includes + 1) reader.complain(place, "too many files are included");
    return std::nullopt;
  }
  Result<std::string> const text = reading.options.load(file);
  if (!text) {
    reader.complain(place, "cannot read '" + file.string() + "': " + text.error().why);
    return std::nullopt;
  }
  reading.sources[file.string()] = *text;
  YamlNode fragment = reader.yaml(*text, file.string());
  if (fragment.kind == YamlNode::Kind::null) return std::nullopt;  // already told
  if (!reader.expect_map(fragment, "a fragment")) return std::nullopt;
  return fragment;
}

}  // namespace

std::vector<StepSpec> read_include(StepReading& reading, YamlNode const& node, bool beside_a_step) {
  Reader& reader = reading.reader;
  reader.reject_unknown_keys(node, {"include", "with"});
  YamlNode const& name = *node.value("include");
  std::optional<std::string> const path = reader.text(name, "'include'");
  if (!path || path->empty()) return {};
  std::filesystem::path const file = (reading.files.back().parent_path() / *path).lexically_normal();
  std::optional<YamlNode> const fragment = read_fragment(reading, file, name.location);
  if (!fragment) return {};
  reader.reject_unknown_keys(*fragment, {"apiVersion", "kind", "parameters", "steps"});
  read_header(reader, *fragment, "Fragment");
  std::map<std::string, std::string> bound = bind_parameters(reader, node, *fragment, name.location);
  std::map<std::string, std::string> outer = reader.variables();
  reader.set_variables(std::move(bound));
  reading.files.push_back(file);
  std::vector<StepSpec> specs;
  if (YamlNode const* const list = list_section(reader, *fragment, "steps", true)) {
    claim_ids(reading, list->items);
    specs = read_step_items(reading, list->items, beside_a_step);
  }
  reading.files.pop_back();
  reader.set_variables(std::move(outer));
  return specs;
}

}  // namespace pgdrill::scenario
