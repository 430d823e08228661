// A verb of the command line is one file that registers plain data; the parser (CLI11) is in one unit alone.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "harness/base/error.hpp"

namespace pgdrill::cli {

struct Option {
  std::string name;  ///< "--dir", or "-n,--namespace"
  std::string help;
  std::string default_value = {};
  bool flag = false;                      ///< takes no value
  bool repeated = false;                  ///< may come more than once
  std::vector<std::string> choices = {};  ///< its values, for completion
  std::string values = {};                ///< for completion: "file", "directory", or empty
};

struct Positional {
  std::string name;  ///< "SCENARIO"
  std::string help;
  bool required = true;
  bool repeated = false;    ///< takes all that remain
  std::string values = {};  ///< for completion: "file", or empty
  /// For completion: what it may be, given the positionals before it.
  std::vector<std::string> (*candidates)(std::vector<std::string> const& before) = nullptr;
};

/// What was given, by long name without dashes ("namespace") or by positional name ("SCENARIO").
class Arguments {
 public:
  [[nodiscard]] std::string text(std::string const& name) const;
  [[nodiscard]] bool flag(std::string const& name) const;
  [[nodiscard]] bool given(std::string const& name) const;
  [[nodiscard]] std::vector<std::string> texts(std::string const& name) const;
  void set(std::string const& name, std::vector<std::string> values) { values_[name] = std::move(values); }

 private:
  std::map<std::string, std::vector<std::string>> values_;
};

struct Verb {
  std::string name;  ///< "run", or "sandbox up" for a verb below another
  std::string summary;
  std::vector<Positional> positionals = {};
  std::vector<Option> options = {};
  int (*run)(Arguments const&) = nullptr;  ///< returns the exit code
  bool hidden = false;
  bool raw = false;  ///< all arguments go to positional "ARGUMENTS" unparsed
};

/// One line at the end of a verb's file: static RegisterVerb const registered(&describe);
struct RegisterVerb {
  explicit RegisterVerb(Verb (*describe)());
};
[[nodiscard]] std::vector<Verb> verbs();
/// "-n,--namespace" is known as "namespace".
[[nodiscard]] std::string long_name(std::string const& option);

/// --kubeconfig, --context, -n/--namespace, as in kubectl; for each verb that speaks to a cluster.
[[nodiscard]] std::vector<Option> cluster_options();
/// An option that names a port, 0 among them; error usage says what was given.
[[nodiscard]] Result<std::uint16_t> port_option(Arguments const& arguments, std::string const& name);

}  // namespace pgdrill::cli
