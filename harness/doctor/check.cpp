#include "harness/doctor/check.hpp"

#include <algorithm>

namespace pgdrill::doctor {

namespace {

std::vector<Check>& registered_checks() {
  static std::vector<Check> all;
  return all;
}

}  // namespace

RegisterCheck::RegisterCheck(int order, std::string_view name, Examine examine) {
  registered_checks().push_back({order, std::string(name), examine});
}

std::vector<Check> checks() {
  std::vector<Check> all = registered_checks();
  std::sort(all.begin(), all.end(), [](Check const& a, Check const& b) { return a.order < b.order; });
  return all;
}

std::string_view name_of(Status status) {
  switch (status) {
    case Status::warning:
      return "warning";
    case Status::missing:
      return "missing";
    case Status::unknown:
      return "unknown";
    case Status::good:
      break;
  }
  return "ok";
}

Finding finding_of(Error const& error) {
  bool const out_of_reach = error.status == 403 || error.kind == ErrorKind::timeout;
  return {.status = out_of_reach ? Status::unknown : Status::missing,
          .what = error.what + (error.where.empty() ? "" : " (" + error.where + ")"),
          .why = error.why,
          .todo = error.todo};
}

}  // namespace pgdrill::doctor
