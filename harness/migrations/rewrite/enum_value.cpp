// ALTER TYPE ... ADD VALUE and RENAME VALUE: what phases can and cannot do for labels.
#include <fmt/format.h>

#include "harness/migrations/rewrite/rewriting.hpp"

namespace pgdrill::review {
namespace {

Result<Rewriting> add_value(Action const& action, Table const&, Schema const&, int) {
  return fail(
      {.kind = ErrorKind::usage,
       .what = fmt::format("label '{}' is added as it stands", action.name),
       .why =
           "it is a change of the catalogue alone, and there are no phases: a label cannot be dropped again",
       .todo = "deploy a version that can read the label first, and one that writes it afterwards"});
}

Result<Rewriting> rename_value(Action const& action, Table const&, Schema const&, int) {
  return fail({.kind = ErrorKind::usage,
               .what = fmt::format("cannot rewrite the renaming of a label to '{}'", action.name),
               .why = "both versions read one column, and no trigger knows which label a reader expects",
               .todo = "add the new label (safe), deploy a version that reads both and writes the new one, "
                       "update the rows in "
                       "batches; the former label may stay, unused"});
}

RegisterRewrite const add(ActionKind::add_enum_value, &add_value);
RegisterRewrite const rename(ActionKind::rename_enum_value, &rename_value);

}  // namespace
}  // namespace pgdrill::review
