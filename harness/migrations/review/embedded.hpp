// SQL in DO blocks and in functions that a migration defines and calls is reviewed like any other.
#pragma once
#include <map>
#include <string>

#include "harness/migrations/review/reviewer.hpp"

namespace pgdrill::review {

class FunctionBodies {
 public:
  /// Adds the actions of what stands in a DO block, or in functions of earlier statements that this one
  /// calls.
  void add_embedded(Statement const& statement, StatementReview& review);

 private:
  static void add(std::string const& block, Statement const& statement, StatementReview& review);
  std::map<std::string, std::string> bodies_;  ///< CREATE FUNCTION statements by function name
};

}  // namespace pgdrill::review
