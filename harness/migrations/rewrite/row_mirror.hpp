// Columns of one row that carry the same content in two forms, while both versions of the application write.
#pragma once
#include <string>
#include <vector>

#include "harness/migrations/review/names.hpp"

namespace pgdrill::review {

struct Computed {
  std::string column;
  std::string expression;  ///< over the columns of the other form, by their names alone
  std::string type;
};

struct RowMirror {
  Name table;
  std::string name;              ///< of function and trigger
  std::vector<Computed> former;  ///< from the next ones
  std::vector<Computed> next;    ///< from the former ones
};

/// Function and trigger that keep both in step, whichever version writes.
[[nodiscard]] std::string create_row_mirror(RowMirror const& mirror);
[[nodiscard]] std::string drop_row_mirror(RowMirror const& mirror);
/// "(a, b) = (SELECT x, y FROM (SELECT t.c) AS computed (c))": for an UPDATE of the table as t.
[[nodiscard]] std::string assign_computed(std::vector<Computed> const& targets,
                                          std::vector<Computed> const& sources);
/// True for rows whose `targets` are not what the expressions give.
[[nodiscard]] std::string differs(std::vector<Computed> const& targets);

}  // namespace pgdrill::review
