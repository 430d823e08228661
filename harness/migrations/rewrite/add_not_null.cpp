// SET NOT NULL in phases.
#include <fmt/format.h>

#include "harness/migrations/rewrite/fill_trigger.hpp"
#include "harness/migrations/rewrite/rewriting.hpp"
#include "harness/migrations/rewrite/sql_parts.hpp"

namespace pgdrill::review {
namespace {

Result<Rewriting> add_not_null(Action const& action, Table const& table, Schema const&,
                               RewriteContext const&) {
  std::string const column = quote(action.column);
  std::string const name = quote(table.name);
  std::string const check = quote(helper_name("filled", table.name, action.column));
  std::string const value = table.column(action.column)->default_text;
  std::string const add_check = fmt::format(
      "ALTER TABLE {} ADD CONSTRAINT {} CHECK ({} IS NOT NULL) NOT VALID;\n", name, check, column);
  std::string const validate = fmt::format("ALTER TABLE {} VALIDATE CONSTRAINT {};\n", name, check);
  std::string const drop_check = fmt::format("ALTER TABLE {} DROP CONSTRAINT {};\n", name, check);
  Rewriting rewriting{.subject = fmt::format("set {}.{} NOT NULL", table.name.text(), action.column)};
  auto const add = [&](PhaseFile file) { rewriting.files.push_back(std::move(file)); };
  if (value.empty()) {
    add({Phase::expand, "check",
         "The column has no default: first deploy a version that never writes NULL. Stops when a row holds "
         "NULL.",
         refuse_rows(table.name, column + " IS NULL", "fill them first, what with only you know") + add_check,
         drop_check});
  } else {
    if (table.key().empty())
      return fail({.kind = ErrorKind::usage,
                   .what = "cannot rewrite: " + rewriting.subject,
                   .why = "the table has no primary key or unique NOT NULL key to fill batches by",
                   .todo = "add one first"});
    FillTrigger const trigger = fill_trigger(table.name, action.column, value);
    add({Phase::dual_write, "fill_trigger", "Puts the default where the former version writes NULL.",
         trigger.create, trigger.drop});
    add({Phase::expand, "check", "In force for new rows at once; old rows are verified later.", add_check,
         drop_check});
    add({Phase::backfill, "fill",
         "Fills old rows in batches by key. Interrupted, run it again. NULLs do not come back.",
         batched_update(table.name, table.key(), fmt::format("{} = {}", column, value), column + " IS NULL"),
         "SELECT 1;  -- a filled row is valid before, too\n", false, true});
  }
  add({Phase::validate, "verify", "Reads every row, while others read and write.", validate,
       drop_check + add_check});
  add({Phase::switch_over, "not_null", "The valid CHECK is the proof: no scan.",
       fmt::format("ALTER TABLE {} ALTER COLUMN {} SET NOT NULL;\n", name, column),
       fmt::format("ALTER TABLE {} ALTER COLUMN {} DROP NOT NULL;\n", name, column)});
  add({Phase::contract, "drop_check",
       "A statement of its own: together with SET NOT NULL the proof would be lost.", drop_check,
       add_check + validate});
  if (!value.empty()) {
    FillTrigger const trigger = fill_trigger(table.name, action.column, value);
    add({Phase::contract, "drop_fill_trigger", "From here on a version that writes NULL fails.", trigger.drop,
         trigger.create});
  }
  return rewriting;
}

RegisterRewrite const registered(ActionKind::set_not_null, &add_not_null);

}  // namespace
}  // namespace pgdrill::review
