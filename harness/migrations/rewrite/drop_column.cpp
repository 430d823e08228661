// DROP COLUMN in phases: nothing is lost until the last file.
#include <fmt/format.h>

#include <algorithm>

#include "harness/base/text.hpp"
#include "harness/migrations/rewrite/column_details.hpp"
#include "harness/migrations/rewrite/fill_trigger.hpp"
#include "harness/migrations/rewrite/rewriting.hpp"
#include "harness/migrations/rewrite/sql_parts.hpp"
#include "harness/migrations/rewrite/sync_trigger.hpp"
#include "harness/migrations/rewrite/way_back.hpp"

namespace pgdrill::review {
namespace {

Result<> check(Table const& table, std::string const& column, std::string const& subject) {
  auto const refuse = [&](std::string why, std::string todo) {
    return fail({.kind = ErrorKind::usage,
                 .what = "cannot rewrite: " + subject,
                 .why = std::move(why),
                 .todo = std::move(todo)});
  };
  if (table.key().empty())
    return refuse("the table has no key to save the values by", "add a primary key first");
  if (table.column(column)->identity || table.column(column)->default_text.starts_with("nextval("))
    return refuse("the sequence that it draws from goes with it, and the way back has none",
                  "DROP IDENTITY, or DROP DEFAULT and OWNED BY NONE, in a change before it");
  if (!table.dependants.empty())
    return refuse(table.dependants.front() + " may name the column", "drop or replace the view first");
  for (Constraint const& constraint : table.constraints) {
    bool const on_it =
        std::find(constraint.columns.begin(), constraint.columns.end(), column) != constraint.columns.end();
    if ((on_it && constraint.kind != 'n') || names_column(constraint.index_definition, column))
      return refuse(fmt::format("constraint {} goes with the column", constraint.name),
                    "drop it first, in a migration whose down adds it again");
  }
  return {};
}

/// What the column holds in rows that the next version writes; NULL, where it may.
Result<std::string> value_of_new_rows(Table const& table, Column const& column, std::string const& text,
                                      std::string const& subject) {
  if (!column.not_null) return "NULL";
  if (!column.default_text.empty()) return column.default_text;
  std::vector<std::string> others;
  for (Column const& one : table.columns) {
    if (one.name != column.name) others.push_back(one.name);
  }
  TRY(std::string const said, way_back(text, column.name, others, subject));
  if (!said.empty()) return fmt::format("({})::{}", said, column.type.text());
  return fail({.kind = ErrorKind::usage,
               .what = "cannot rewrite: " + subject,
               .why = "the column is NOT NULL without a default: what the former version reads in rows that "
                      "the next one writes is not known, and going down it could not be NOT NULL again",
               .todo = fmt::format("say it in a comment: -- pgdrill: back {} = EXPRESSION", column.name)});
}

/// Builds the files of one dropped column, in order.
class Plan {
 public:
  Plan(Table const& table, Schema const& schema, Column const& column, std::string value, std::string subject)
      : table_(&table),
        schema_(&schema),
        column_(&column),
        value_(std::move(value)),
        name_(quote(table.name)),
        tombstone_(column.name.substr(0, 50) + "__dropped"),
        saved_{table.name.schema, helper_name("saved", table.name, column.name)},
        // With a default the next version may leave the column out as it is.
        fills_(column.not_null && column.default_text.empty()) {
    rewriting_.subject = std::move(subject);
    for (std::string const& key : table.key()) keys_.push_back(quote(key));
  }

  Rewriting build() {
    if (fills_) expand();
    drop_indexes();
    tombstone();
    save();
    drop();
    return std::move(rewriting_);
  }

 private:
  void add(PhaseFile file) { rewriting_.files.push_back(std::move(file)); }
  [[nodiscard]] FillTrigger filler(std::string const& column) const {
    return fills_ ? fill_trigger(table_->name, column, value_) : FillTrigger{};
  }
  [[nodiscard]] std::string rename(std::string const& from, std::string const& to) const {
    return fmt::format("ALTER TABLE {} RENAME COLUMN {} TO {};\n", name_, quote(from), quote(to));
  }
  /// "s.id = row.id"
  [[nodiscard]] std::string same_key(std::string const& row) const {
    std::vector<std::string> parts;
    for (std::string const& key : keys_) parts.push_back(fmt::format("s.{0} = {1}.{0}", key, row));
    return join(parts, " AND ");
  }

  void expand() {
    FillTrigger const trigger = filler(column_->name);
    add({Phase::dual_write, "fill_trigger",
         "Puts in what the comment says where the next version leaves the column out. It stays NOT NULL.",
         trigger.create, trigger.drop});
  }

  void drop_indexes() {
    for (Index const& index : schema_->indexes_of(table_->name)) {
      if (!names_column(index.definition, column_->name)) continue;
      add({Phase::contract, "drop_" + index.name,
           "Alone in its file: CONCURRENTLY is refused in a transaction.",
           fmt::format("DROP INDEX CONCURRENTLY {}.{};\n", quote(table_->name.in_public().schema),
                       quote(index.name)),
           create_index(index.definition, index.name, true), false});
    }
  }

  void tombstone() {
    FillTrigger const before = filler(column_->name);
    FillTrigger const after = filler(tombstone_);
    add({Phase::contract, "tombstone",
         "Whoever still uses the column fails now, and this is undone at once. Wait for days before what "
         "follows.",
         before.drop + rename(column_->name, tombstone_) + after.create,
         after.drop + rename(tombstone_, column_->name) + before.create});
    if (!column_->not_null) return;
    add({Phase::contract, "relax",
         "Going down, NOT NULL comes back by proof, when the rows have their values.",
         drop_not_null(table_->name, tombstone_), set_not_null_again(table_->name, tombstone_), false});
  }

  /// The saved value of a row, or what the next version's rows have.
  [[nodiscard]] std::string value(std::string const& row, std::string const& of_new_row) const {
    return fmt::format("coalesce((SELECT s.value FROM {} s WHERE {}), {})", quote(saved_), same_key(row),
                       of_new_row);
  }

  void save() {
    std::string const keys = join(keys_, ", ");
    add({Phase::contract, "save_values",
         "Key and value in a side table: what brings the values back without a backup.",
         fmt::format("CREATE TABLE {0} AS SELECT {1}, {2} AS value FROM {3};\nCREATE INDEX ON {0} ({1});\n",
                     quote(saved_), keys, quote(tombstone_), name_),
         fmt::format("DROP TABLE {};\n", quote(saved_))});
    add({Phase::contract, "refill",
         "Going down it brings the saved values back, in batches; rows from since then get what the next "
         "version's rows have got before.",
         "SELECT 1;  -- only its down file does something\n",
         batched_update(
             table_->name, table_->key(),
             fmt::format("{} = {}", quote(tombstone_), value("t", of_row(value_, "t."))),
             fmt::format("{} IS NULL AND {} IS NOT NULL", quote(tombstone_), value(name_, value_))),
         false});
  }

  void drop() {
    FillTrigger const trigger = filler(tombstone_);
    std::string again =
        fmt::format("ALTER TABLE {} ADD COLUMN {} {};\n", name_, quote(tombstone_), type_sql(*column_)) +
        details_sql(*column_, table_->name, tombstone_);
    if (!column_->default_text.empty())
      again += fmt::format("ALTER TABLE {} ALTER COLUMN {} SET DEFAULT {};\n", name_, quote(tombstone_),
                           column_->default_text);
    add({Phase::contract, "drop_column", "The values are in the side table now.",
         trigger.drop + fmt::format("ALTER TABLE {} DROP COLUMN {};\n", name_, quote(tombstone_)),
         again + trigger.create});
    std::string const keys = join(keys_, ", ");
    add({Phase::contract, "forget", "Drops the side table, when nobody missed the column.",
         fmt::format("DROP TABLE {};\n", quote(saved_)),
         fmt::format(
             "CREATE TABLE {0} AS SELECT {1}, NULL::{2} AS value FROM {3} WITH NO DATA;\nCREATE INDEX "
             "ON {0} ({1});\n",
             quote(saved_), keys, type_sql(*column_), name_),
         true, true});
  }

  Table const* table_;
  Schema const* schema_;
  Column const* column_;
  std::string value_;  ///< in rows of the next version, over other columns by their names alone
  std::string name_;
  std::string tombstone_;
  Name saved_;
  bool fills_;
  std::vector<std::string> keys_;
  Rewriting rewriting_;
};

Result<Rewriting> drop_column(Action const& action, Table const& table, Schema const& schema,
                              RewriteContext const& context) {
  Column const& column = *table.column(action.column);
  std::string const subject = fmt::format("drop column {}.{}", table.name.text(), action.column);
  TRY_VOID(check(table, action.column, subject));
  TRY_VOID(check_dependants(column, subject));
  TRY(std::string value, value_of_new_rows(table, column, context.text, subject));
  return Plan(table, schema, column, std::move(value), subject).build();
}

RegisterRewrite const registered(ActionKind::drop_column, &drop_column);

}  // namespace
}  // namespace pgdrill::review
