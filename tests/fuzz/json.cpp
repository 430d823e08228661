#include "harness/base/json.hpp"

#include "tests/fuzz/fuzz_target.hpp"

FUZZ_TARGET(json) {
  using namespace pgdrill;
  auto const document = parse_json(input);
  if (!document) return;
  static_cast<void>(find(*document, "metadata.labels"));
  auto const again = parse_json(canonical(*document));
  fuzz::require(again.has_value(), "canonical text is JSON");
  // Boost.JSON 1.81 reads a number with an exponent to within its last digit only.
  bool const exact = canonical(*document).find('E') == std::string::npos;
  if (exact) fuzz::require(canonical(*again) == canonical(*document), "canonical text is a fixed point");
  fuzz::require(parse_json(pretty(*document)).has_value(), "pretty text is JSON");
}
