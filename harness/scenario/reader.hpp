// What the parts of the parser share: problems, variables, typed values.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harness/scenario/scenario.hpp"
#include "harness/scenario/yaml_tree.hpp"

namespace pgdrill::scenario {

class Reader {
 public:
  explicit Reader(std::vector<Problem>& problems) : problems_(problems) {}

  void set_variables(std::map<std::string, std::string> variables) { variables_ = std::move(variables); }
  [[nodiscard]] std::map<std::string, std::string> const& variables() const { return variables_; }
  /// Another file's YAML; its problems are reported with the others.
  [[nodiscard]] YamlNode yaml(std::string_view text, std::string const& file);
  void complain(Location const& place, std::string message);

  /// False (and a problem) when the node is no map.
  [[nodiscard]] bool expect_map(YamlNode const& node, std::string_view what);
  [[nodiscard]] bool expect_list(YamlNode const& node, std::string_view what);
  /// Complains about every key of a map that is not among the allowed ones.
  void reject_unknown_keys(YamlNode const& map, std::vector<std::string> const& allowed);
  void reject_unknown_key(YamlNode::Entry const& entry, std::vector<std::string> const& allowed);

  /// The text with its variables replaced; nothing (and a problem) when it is no text.
  [[nodiscard]] std::optional<std::string> text(YamlNode const& node, std::string_view what);
  [[nodiscard]] std::optional<Duration> duration(YamlNode const& node, std::string_view what);
  [[nodiscard]] std::optional<bool> boolean(YamlNode const& node, std::string_view what);
  /// A key of a map as text; with a problem at `place` when it is required and missing.
  [[nodiscard]] std::string text_of(YamlNode const& map, std::string_view key, std::string_view what,
                                    bool required, std::string otherwise = "");

  /// What parameters that are read from now on may name; of a mark, those before as well.
  void introduce(Named sort, std::string name) { named_[sort].insert(std::move(name)); }
  /// Complains about marks that are waited for and that no step writes; at the end, when all steps are known.
  void check_marks();

  /// A parameter's value as JSON by its declared type; null after a problem.
  [[nodiscard]] json::value parameter(YamlNode const& node, ParameterDeclaration const& declaration);
  /// All parameters of a step or probe, checked against its declaration. `node` is its map or null.
  [[nodiscard]] Parameters parameters(YamlNode const& node, Declaration const& declaration,
                                      Location const& place);

 private:
  [[nodiscard]] std::optional<std::string> substitute(YamlNode const& node);
  [[nodiscard]] json::value list_parameter(YamlNode const& node, ParameterDeclaration const& declaration);
  /// Complains about a value that its declaration does not allow.
  void check_value(YamlNode const& node, ParameterDeclaration const& declaration, std::string const& value);
  std::vector<Problem>& problems_;
  std::map<std::string, std::string> variables_;
  std::map<Named, std::set<std::string>> named_;
  std::vector<std::pair<Location, std::string>> awaited_marks_;
};

/// "; did you mean 'steps'?", or with no near one "; expected one of: a, b".
[[nodiscard]] std::string suggestion(std::string_view word, std::vector<std::string> const& candidates);

// The sections of the file; each reports its problems to the reader.
[[nodiscard]] std::map<std::string, std::string> read_variables(Reader& reader, YamlNode const& document,
                                                                ParseOptions const& options);
void read_metadata(Reader& reader, YamlNode const& document, Scenario& into);
void read_target(Reader& reader, YamlNode const& document, ParseOptions const& options, Scenario& into);
void read_objectives(Reader& reader, YamlNode const& document, Scenario& into);
void read_gate(Reader& reader, YamlNode const& document, Scenario& into);
void read_probes(Reader& reader, YamlNode const& document, Catalogue const& catalogue, Scenario& into);
void read_header(Reader& reader, YamlNode const& document, std::string const& kind);
[[nodiscard]] std::optional<TriggerSpec> read_trigger(Reader& reader, YamlNode const& node,
                                                      Catalogue const& catalogue, std::string_view what);
void read_guards(Reader& reader, YamlNode const& document, Catalogue const& catalogue, Scenario& into);
void read_repetition(Reader& reader, YamlNode const& document, Scenario& into);
void read_steps(Reader& reader, YamlNode const& document, Catalogue const& catalogue,
                ParseOptions const& options, ParseOutcome& into);

}  // namespace pgdrill::scenario
