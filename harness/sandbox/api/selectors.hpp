// Label and field selectors in kubectl's syntax
// (https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors).
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.hpp"

namespace pgdrill::sandbox {

struct Requirement {
  enum class Operator { in, not_in, exists, absent } op = Operator::in;
  std::string key;
  std::vector<std::string> values;
};

/// A conjunction of requirements, on labels or on fields.
class Selector {
 public:
  /// "a=b, c!=d, e in (f,g), h notin (i), j, !k". 400 for what is no selector.
  [[nodiscard]] static Result<Selector> parse_labels(std::string_view text);
  /// "metadata.name=x,status.phase!=Running".
  [[nodiscard]] static Result<Selector> parse_fields(std::string_view text);
  /// A LabelSelector object: matchLabels and matchExpressions.
  [[nodiscard]] static Selector from_object(json::value const& label_selector);

  [[nodiscard]] bool matches(json::value const& object) const;
  [[nodiscard]] bool empty() const { return requirements_.empty(); }

 private:
  std::vector<Requirement> requirements_;
  bool fields_ = false;
};

}  // namespace pgdrill::sandbox
