// What a scenario may name: the declarations of steps, faults, triggers and probes. Each declares itself
// where it is implemented; validation, `pgdrill list`, `plan`, `rbac`, `schema` and the reference are made
// from these declarations.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "harness/base/time.hpp"

namespace pgdrill::scenario {

enum class ParameterType { text, integer, number, boolean, duration, text_list };

class Parameters;

/// Things of a scenario that a parameter may name.
enum class Named { nothing, probe, target, mark };

struct ParameterDeclaration {
  std::string name;
  ParameterType type = ParameterType::text;
  bool required = false;
  std::string default_value;              ///< as it would be written in YAML; empty for none
  std::string help;                       ///< one sentence
  std::vector<std::string> allowed = {};  ///< for text: the only values; empty for any
  std::string unit = {};                  ///< of a number: "rows", "%"; a duration carries its own
  Named refers_to = Named::nothing;   ///< its text names such a thing, which must be there (a target: before
                                      ///< it; a mark: of any step)
  Named introduces = Named::nothing;  ///< its text is the name of a new one
  /// Why a text or duration cannot be meant; empty: it can.
  std::function<std::string(std::string const&)> complaint = {};
};

/// An RBAC rule that it needs in the target namespace.
struct Permission {
  std::string group;
  std::vector<std::string> resources;
  std::vector<std::string> verbs;
  bool cluster_wide = false;            ///< of a resource without a namespace: goes into a ClusterRole
  std::vector<std::string> names = {};  ///< only for these objects; empty: for all
};

struct Declaration {
  std::string name;     ///< "capture-target": how a scenario writes it
  std::string summary;  ///< one sentence
  std::vector<ParameterDeclaration> parameters = {};
  std::vector<Permission> permissions = {};
  std::string effect = {};   ///< what it changes or breaks; empty for one that only reads
  std::string witness = {};  ///< what proves the effect, on another channel
  std::string undo = {};     ///< how it is undone
  /// The phase that the effect must overlap when the scenario names none with `overlap`: a name of
  /// scenario/phases.hpp; empty: any moment will do.
  std::string phase = {};
  /// Worst-case duration: the time-out of a use that gives none.
  Duration longest = std::chrono::seconds(60);
  /// For a fault: it lasts until it is lifted (`for`, or the end of the step it runs beside). Otherwise it is
  /// one blow.
  bool lasting = false;
  std::vector<std::string> marks = {};  ///< of a step: the marks that it may write, beside those it is given
  /// Why parameters cannot be meant together; empty: they can. Asked when each of them alone is right.
  std::function<std::string(Parameters const&)> contradiction = {};
};

/// All that can be named, sorted by name.
struct Catalogue {
  std::vector<Declaration> steps;
  std::vector<Declaration> faults;
  std::vector<Declaration> probes;
  std::vector<Declaration> triggers = {};
};

}  // namespace pgdrill::scenario
