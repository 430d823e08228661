#include "harness/base/json.hpp"

#include "tests/fuzz/fuzz_target.hpp"

FUZZ_TARGET(json) {
  using namespace pgdrill;
  auto const document = parse_json(input);
  if (!document) return;
  static_cast<void>(find(*document, "metadata.labels"));
  auto const again = parse_json(canonical(*document));
  fuzz::require(again && canonical(*again) == canonical(*document), "canonical text is a fixed point");
  fuzz::require(parse_json(pretty(*document)).has_value(), "pretty text is JSON");
}
