// Takes out of a text what differs from run to run: times, addresses, identifiers, positions, generated
// names.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "harness/base/json.hpp"

namespace pgdrill::conformance {

class Normaliser {
 public:
  /// Text that stands for a placeholder: the namespace's name, an image.
  void replace(std::string text, std::string placeholder);
  /// Learns a generated name ("orders-1-join-498vb", a claim's volume) from the object that carries it.
  void learn(json::value const& object);

  [[nodiscard]] std::string operator()(std::string_view text) const;

 private:
  std::map<std::string, std::string> replacements_;
};

/// The placeholders that need no knowledge of names: <time>, <uid>, <ip>, <lsn>, <sha256>, <number>, ...
[[nodiscard]] std::string with_placeholders(std::string_view text);

}  // namespace pgdrill::conformance
