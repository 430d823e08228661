// JUnit XML in the one shape that no reader rejects or drops: flat suites, cases with name, classname and
// time only, three decimals, no control characters, bounded bodies. Valid against Jenkins' strict
// junit-10.xsd.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "reports/run.hpp"

namespace pgdrill::reports {

struct JunitCase {
  enum class Outcome { passed, failed, error, skipped };
  std::string name;  ///< a fixed sentence without numbers: readers keep history by it
  Outcome outcome = Outcome::passed;
  Nanoseconds duration = 0;
  std::string message;
  std::string body;
};

struct JunitSuite {
  std::string name;       ///< unique in its document: readers merge equal ones
  std::string classname;  ///< of its cases
  std::string started;    ///< RFC 3339
  Nanoseconds duration = 0;
  std::vector<std::pair<std::string, std::string>> properties;
  std::vector<JunitCase> cases;
};

/// Cases of equal names in one suite get their order as a suffix, since readers drop or merge them.
[[nodiscard]] std::string junit_document(std::vector<JunitSuite> suites);

}  // namespace pgdrill::reports
