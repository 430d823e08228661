// A run against a recording.
#pragma once
#include "tests/conformance/framework/recording.hpp"

namespace pgdrill::conformance {

struct Difference {
  enum class Kind {
    missing,  ///< every real run showed it, this one did not
    extra,    ///< no real run showed it, this one did
    order,    ///< it came before what it follows in every real run
  };
  std::string chapter;
  Kind kind = Kind::missing;
  std::string track;  ///< for order: "order CLUSTER"
  std::string value;  ///< for order: "FIRST before SECOND", as in the recording
};

[[nodiscard]] std::string_view name_of(Difference::Kind kind);
[[nodiscard]] std::string describe(Difference const& difference);

/// What tells `run` from the recording. Milestones closer than half a second in some real run have no order.
[[nodiscard]] std::vector<Difference> compare(std::string const& chapter, Recording const& recording,
                                              Observations const& run);

}  // namespace pgdrill::conformance
