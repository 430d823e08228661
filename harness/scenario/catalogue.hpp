// What a scenario may name: the declarations of steps, faults, probes and reports. Each declares itself where
// it is implemented; validation, `pgdrill list` and the reference are made from these declarations.
#pragma once
#include <string>
#include <vector>

namespace pgdrill::scenario {

enum class ParameterType { text, integer, number, boolean, duration, text_list };

struct ParameterDeclaration {
  std::string name;
  ParameterType type = ParameterType::text;
  bool required = false;
  std::string default_value;              ///< as it would be written in YAML; empty for none
  std::string help;                       ///< one sentence
  std::vector<std::string> allowed = {};  ///< for text: the only values; empty for any
};

/// An RBAC rule that it needs in the target namespace.
struct Permission {
  std::string group;
  std::vector<std::string> resources;
  std::vector<std::string> verbs;
};

struct Declaration {
  std::string name;     ///< "capture-target": how a scenario writes it
  std::string summary;  ///< one sentence
  std::vector<ParameterDeclaration> parameters = {};
  std::vector<Permission> permissions = {};
  std::string effect = {};   ///< what it changes or breaks; empty for one that only reads
  std::string witness = {};  ///< what proves the effect, on another channel
  std::string undo = {};     ///< how it is undone
};

/// All that can be named, sorted by name.
struct Catalogue {
  std::vector<Declaration> steps;
  std::vector<Declaration> faults;
  std::vector<Declaration> probes;
};

}  // namespace pgdrill::scenario
