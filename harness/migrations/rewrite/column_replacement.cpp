#include "harness/migrations/rewrite/column_replacement.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/migrations/rewrite/column_details.hpp"
#include "harness/migrations/rewrite/domains.hpp"
#include "harness/migrations/rewrite/key_replacement.hpp"
#include "harness/migrations/rewrite/sync_trigger.hpp"

namespace pgdrill::review {

namespace {

bool stands_on(std::vector<std::string> const& columns, std::string const& column) {
  return std::find(columns.begin(), columns.end(), column) != columns.end();
}

Result<> check(Replacement const& r) {
  auto const refuse = [&](std::string why, std::string todo) {
    return fail({.kind = ErrorKind::usage,
                 .what = "cannot rewrite: " + r.subject,
                 .why = std::move(why),
                 .todo = std::move(todo)});
  };
  if (r.table->key().empty())
    return refuse("the table has no primary key or unique NOT NULL key to fill batches by", "add one first");
  if (r.table->partitioned || r.table->parent)
    return refuse("on a partitioned table the trigger and the backfill must be made for each partition",
                  "rewrite it by hand, partition by partition");
  if (!r.table->dependants.empty())
    return refuse(r.table->dependants.front() + " names the table's columns",
                  "drop the view first and create it again after phase contract");
  for (Constraint const& constraint : r.table->constraints) {
    bool const on_it = stands_on(constraint.columns, r.column);
    if (on_it && constraint.kind == 'x')
      return refuse(fmt::format("exclusion constraint {} stands on the column", constraint.name),
                    "drop it first and add it again after phase contract");
    if (!on_it && names_column(constraint.index_definition, r.column))
      return refuse(fmt::format("constraint {} includes the column", constraint.name),
                    "drop it first and add it again after phase contract");
    if (on_it && constraint.kind != 'f' && constraint.columns.size() > 1)
      return refuse(fmt::format("constraint {} stands on several columns", constraint.name),
                    "drop it first and add it again after phase contract");
  }
  TRY_VOID(check_dependants(*r.table->column(r.column), r.subject));
  if (key_on(*r.table, r.column) != nullptr) return check_key({r.table, r.schema, r.column}, r.subject);
  for (Table const* const other : r.schema->referencing(r.table->name)) {
    for (Constraint const& constraint : other->constraints) {
      if (constraint.kind == 'f' && stands_on(constraint.referenced_columns, r.column))
        return refuse(fmt::format("{} refers to the column", constraint.name),
                      "drop that foreign key first and add it again after phase contract");
    }
  }
  return {};
}

/// What stands on the column and must stand on the next one too.
struct Attached {
  std::vector<Constraint> constraints;
  std::vector<Index> indexes;
};
Attached attached_to(Replacement const& r) {
  Attached attached;
  for (Constraint const& constraint : r.table->constraints) {
    if (stands_on(constraint.columns, r.column) && constraint.kind != 'n' && constraint.kind != 'p')
      attached.constraints.push_back(constraint);
  }
  for (Index const& index : r.schema->indexes_of(r.table->name)) {
    // An index on an expression does not list its columns; its definition names them.
    if (names_column(index.definition, r.column)) attached.indexes.push_back(index);
  }
  return attached;
}

/// A template with the column's name in it.
std::string applied(std::string const& expression, std::string const& column) {
  std::string out;
  for (std::size_t i = 0; i < expression.size(); ++i) {
    bool const escaped = expression.substr(i, 2) == "%%";
    out += expression[i] == '%' && !escaped ? column : std::string(1, expression[i]);
    if (escaped) ++i;
  }
  return out;
}

std::string nothing(std::string const& why) { return "SELECT 1;  -- " + why + "\n"; }

/// Builds the files of one replacement, in order.
class Plan {
 public:
  explicit Plan(Replacement const& r)
      : r_(&r), column_(*r.table->column(r.column)), attached_(attached_to(r)), table_(quote(r.table->name)) {
    swaps_ = r.final_name == r.column;
    former_ = swaps_ ? r.column.substr(0, 50) + "__former" : r.column;
    tombstone_ = r.column.substr(0, 50) + "__dropped";
  }

  Rewriting build() {
    expand();
    dual_write();
    backfill();
    validate();
    switch_over();
    contract();
    return {r_->subject, std::move(files_)};
  }

 private:
  void add(PhaseFile file) { files_.push_back(std::move(file)); }

  [[nodiscard]] std::string next_type() const {
    return r_->type.text() + (r_->collation.empty() ? "" : " COLLATE " + r_->collation);
  }
  /// Both columns, in step. Types say their collation: between columns of
  /// two different ones there is no comparison.
  [[nodiscard]] SyncTrigger sync(std::string const& former, std::string const& next) const {
    return {.table = r_->table->name,
            .name = helper_name("sync", r_->table->name, next),
            .former = {{former, applied(r_->backward, quote(next)), type_sql(column_)}},
            .next = {{next, applied(r_->forward, quote(former)), next_type()}}};
  }
  [[nodiscard]] std::string next_default() const { return r_->next_default.value_or(column_.default_text); }
  [[nodiscard]] std::string set_default(std::string const& column, std::string const& value) const {
    if (value.empty()) return {};
    return fmt::format("ALTER TABLE {} ALTER COLUMN {} SET DEFAULT {};\n", table_, quote(column), value);
  }
  [[nodiscard]] std::string drop_default(std::string const& column, std::string const& value) const {
    if (value.empty()) return {};
    return fmt::format("ALTER TABLE {} ALTER COLUMN {} DROP DEFAULT;\n", table_, quote(column));
  }
  [[nodiscard]] std::string rename(std::string const& from, std::string const& to) const {
    return fmt::format("ALTER TABLE {} RENAME COLUMN {} TO {};\n", table_, quote(from), quote(to));
  }
  [[nodiscard]] bool is_key() const { return key_on(*r_->table, r_->column) != nullptr; }
  [[nodiscard]] KeyReplacement key_replacement() const { return {r_->table, r_->schema, r_->column}; }
  /// The columns to batch by when the next column has its last name.
  [[nodiscard]] std::vector<std::string> key_afterwards() const {
    std::vector<std::string> key = r_->table->key();
    std::replace(key.begin(), key.end(), r_->column, r_->final_name);
    return key;
  }
  /// Who owns the sequence that the default draws from is dropped with it.
  [[nodiscard]] std::string sequence(std::string const& from, std::string const& to) const {
    bool const draws = column_.default_text.starts_with("nextval(");
    return draws ? move_sequence(*r_->table, from, to) : "";
  }
  /// A name that is free while the former object is still there.
  [[nodiscard]] static std::string next_name(std::string const& name) {
    return name.substr(0, 56) + "__next";
  }

  void expand() {
    std::vector<Type> next_types;
    if (r_->type != column_.type) next_types.push_back(r_->type);
    add({Phase::expand, "add_column",
         "Adds the next column, empty and without a default: the catalogue only.",
         try_domains(r_->table->name, sync(r_->column, r_->next).next, next_types, *r_->schema) +
             fmt::format("ALTER TABLE {} ADD COLUMN {} {};\n", table_, quote(r_->next), next_type()) +
             details_sql(column_, r_->table->name, r_->next, r_->keeps_storage),
         fmt::format("ALTER TABLE {} DROP COLUMN {};\n", table_, quote(r_->next))});
  }

  void dual_write() {
    SyncTrigger const both = sync(r_->column, r_->next);
    add({Phase::dual_write, "sync_trigger",
         "Keeps both columns in step, whichever version writes. The default stays with the former column.",
         create_sync_trigger(both), drop_sync_trigger(both)});
  }

  void backfill() {
    SyncTrigger const both = sync(r_->column, r_->next);
    add({Phase::backfill, "copy",
         "Fills old rows in batches by key, each in a transaction of its own. Interrupted, run it again: it "
         "does what is left.",
         batched_update(r_->table->name, r_->table->key(), assign_computed(both.next), not_filled(both)),
         nothing("the column goes with the file that added it"), false});
  }

  void validate() {
    if (column_.not_null) {
      add({Phase::validate, "not_null", "NOT NULL by proof: no scan under the strongest lock.",
           set_not_null_by_proof(r_->table->name, r_->next), drop_not_null(r_->table->name, r_->next),
           false});
    }
    if (is_key()) {
      for (PhaseFile& file : key_beside(key_replacement(), r_->next)) add(std::move(file));
    }
    for (Index const& index : attached_.indexes) add_index(index.name, index.definition);
    for (Constraint const& constraint : attached_.constraints) add_constraint(constraint);
  }

  [[nodiscard]] std::string drop_index(std::string const& name) const {
    return fmt::format("DROP INDEX CONCURRENTLY IF EXISTS {}.{};\n",
                       quote(r_->table->name.in_public().schema), quote(name));
  }

  /// The index of this definition on the next column.
  void add_index(std::string const& former_name, std::string const& definition) {
    std::string const name = next_name(former_name);
    // What an interrupted build left is invalid and must go first; IF NOT EXISTS would keep it.
    add({Phase::validate, "index_" + former_name, "The same index on the next column, beside the traffic.",
         drop_index(name), nothing("see the next file"), false});
    add({Phase::validate, "build_" + former_name,
         "Alone in its file: CONCURRENTLY is refused in a transaction.",
         create_index(with_column(definition, r_->column, r_->next), name, true), drop_index(name), false});
  }

  /// ADD CONSTRAINT ... UNIQUE that takes over the index of the same name.
  [[nodiscard]] std::string add_unique(Constraint const& constraint, std::string const& name) const {
    // DEFERRABLE and INITIALLY DEFERRED stand after the columns; all else is the index's own.
    std::string const deferred = constraint.definition.substr(constraint.definition.rfind(')') + 1);
    return fmt::format("ALTER TABLE {0} ADD CONSTRAINT {1} UNIQUE USING INDEX {1}{2};\n", table_, quote(name),
                       deferred);
  }

  void add_constraint(Constraint const& constraint) {
    std::string const name = next_name(constraint.name);
    std::string const drop = fmt::format("ALTER TABLE {} DROP CONSTRAINT {};\n", table_, quote(name));
    if (constraint.kind == 'u') {
      add_index(constraint.name, constraint.index_definition);
      add({Phase::validate, "unique_" + constraint.name, "Takes the index over: the catalogue only.",
           add_unique(constraint, name),
           // Dropping the constraint drops its index, which the file before made.
           drop + create_index(with_column(constraint.index_definition, r_->column, r_->next), name, false)});
      return;
    }
    std::string const definition = with_column(constraint.definition, r_->column, r_->next);
    add({Phase::validate, "add_" + constraint.name,
         "In force for new rows at once; old rows are verified next.",
         fmt::format("ALTER TABLE {} ADD CONSTRAINT {} {} NOT VALID;\n", table_, quote(name),
                     without_not_valid(definition)),
         drop});
    if (!constraint.valid) return;
    add({Phase::validate, "verify_" + constraint.name, "Reads every row, while others read and write.",
         fmt::format("ALTER TABLE {} VALIDATE CONSTRAINT {};\n", table_, quote(name)),
         drop + fmt::format("ALTER TABLE {} ADD CONSTRAINT {} {} NOT VALID;\n", table_, quote(name),
                            without_not_valid(definition)),
         true});
  }

  [[nodiscard]] static std::string without_not_valid(std::string definition) {
    constexpr std::string_view suffix = " NOT VALID";
    if (definition.ends_with(suffix)) definition.resize(definition.size() - suffix.size());
    return definition;
  }

  void switch_over() {
    SyncTrigger const before = sync(r_->column, r_->next);
    std::string verified =
        refuse_rows(r_->table->name, not_filled(before), "both columns differ; run the backfill again");
    if (!r_->refused.empty())
      verified += refuse_rows(r_->table->name, applied(r_->refused, quote(r_->column)),
                              "the next type would cut the value; shorten it first");
    if (r_->lossless) verified += refuse_lossy(r_->table->name, before.former);
    add({Phase::switch_over, "verify",
         swaps_ ? "Stops when a row differs."
                : "Stops when a row differs. Then deploy the version that uses " + r_->next +
                      "; the former one keeps working.",
         verified, nothing("nothing was changed")});
    if (!swaps_) return;
    SyncTrigger const swapped = sync(former_, r_->column);
    add({Phase::switch_over, "swap_names", "The next column takes the name; both versions keep working.",
         drop_sync_trigger(before) + rename(r_->column, former_) + rename(r_->next, r_->column) +
             create_sync_trigger(swapped),
         drop_sync_trigger(swapped) + rename(r_->column, r_->next) + rename(former_, r_->column) +
             create_sync_trigger(before)});
  }

  void contract() {
    std::string const next = r_->final_name;
    if (is_key()) add(move_key(key_replacement(), former_, next));
    if (column_.identity) {
      add({Phase::contract, "move_identity",
           "New rows get the next column's value; the former one follows it.",
           move_sequence(*r_->table, former_, next), move_sequence(*r_->table, next, former_)});
    }
    if (column_.not_null) {
      add({Phase::contract, "relax_former", "From here on the former version must be gone.",
           drop_not_null(r_->table->name, former_), set_not_null_by_proof(r_->table->name, former_), false});
    }
    // Before the refill, so that going down they are made when the values are back.
    for (Constraint const& constraint : attached_.constraints) drop_former_constraint(constraint);
    for (Index const& index : attached_.indexes) drop_former_index(index);
    SyncTrigger const both = sync(former_, next);
    add({Phase::contract, "refill_former",
         r_->lossless ? "Stops when a value would not come back. Going down it fills the former column from "
                        "the next one."
                      : "Going down it fills the former column from the next one.",
         r_->lossless ? refuse_lossy(r_->table->name, both.former)
                      : nothing("only its down file does something"),
         batched_update(r_->table->name, key_afterwards(), assign_computed(both.former),
                        written_by_next(both)),
         false});
    add({Phase::contract, "stop_sync", "The former column is no longer kept.",
         drop_sync_trigger(both) + drop_default(former_, column_.default_text) +
             set_default(next, next_default()) + sequence(former_, next),
         sequence(next, former_) + drop_default(next, next_default()) +
             set_default(former_, column_.default_text) + create_sync_trigger(both)});
    drop_former_column(next);
  }

  /// Of the former column, as it was.
  [[nodiscard]] std::string add_again(Constraint const& constraint) const {
    if (constraint.kind == 'u')
      return create_index(with_column(constraint.index_definition, r_->column, former_), constraint.name,
                          false) +
             add_unique(constraint, constraint.name);
    std::string const definition = without_not_valid(with_column(constraint.definition, r_->column, former_));
    std::string const add = fmt::format("ALTER TABLE {} ADD CONSTRAINT {} {} NOT VALID;\n", table_,
                                        quote(constraint.name), definition);
    if (!constraint.valid) return add;
    return add + fmt::format("ALTER TABLE {} VALIDATE CONSTRAINT {};\n", table_, quote(constraint.name));
  }

  void drop_former_constraint(Constraint const& constraint) {
    std::string const drop =
        fmt::format("ALTER TABLE {} DROP CONSTRAINT {};\n", table_, quote(constraint.name));
    add({Phase::contract, "drop_" + constraint.name, "Its twin on the next column takes its name.",
         drop + fmt::format("ALTER TABLE {} RENAME CONSTRAINT {} TO {};\n", table_,
                            quote(next_name(constraint.name)), quote(constraint.name)),
         fmt::format("ALTER TABLE {} RENAME CONSTRAINT {} TO {};\n", table_, quote(constraint.name),
                     quote(next_name(constraint.name))) +
             add_again(constraint)});
  }

  void drop_former_index(Index const& index) {
    std::string const schema = quote(r_->table->name.in_public().schema);
    add({Phase::contract, "drop_" + index.name,
         "Alone in its file: CONCURRENTLY is refused in a transaction.", drop_index(index.name),
         create_index(with_column(index.definition, r_->column, former_), index.name, true), false});
    add({Phase::contract, "name_" + index.name, "Its twin on the next column takes its name.",
         fmt::format("ALTER INDEX {}.{} RENAME TO {};\n", schema, quote(next_name(index.name)),
                     quote(index.name)),
         fmt::format("ALTER INDEX {}.{} RENAME TO {};\n", schema, quote(index.name),
                     quote(next_name(index.name)))});
  }

  void drop_former_column(std::string const& next) {
    add({Phase::contract, "tombstone", "Whoever still uses the column fails now, and this is undone at once.",
         rename(former_, tombstone_), rename(tombstone_, former_)});
    bool const exact = r_->type == column_.type;
    add({Phase::contract, "drop_column",
         exact ? "Going down, the values come back from " + next + "."
               : "Point of no return for values that cannot be computed back from " + next + ".",
         fmt::format("ALTER TABLE {} DROP COLUMN {};\n", table_, quote(tombstone_)),
         fmt::format("ALTER TABLE {} ADD COLUMN {} {};\n", table_, quote(tombstone_), type_sql(column_)) +
             details_sql(column_, r_->table->name, tombstone_),
         true, !exact});
  }

  Replacement const* r_;
  Column column_;
  Attached attached_;
  std::string table_;
  bool swaps_ = false;
  std::string former_;
  std::string tombstone_;
  std::vector<PhaseFile> files_;
};

}  // namespace

Result<Rewriting> replace_column(Replacement const& replacement) {
  TRY_VOID(check(replacement));
  return Plan(replacement).build();
}

void apply(Replacement const& replacement, Schema& schema) {
  std::string const& from = replacement.column;
  std::string const& to = replacement.final_name;
  Table& table = *schema.table(replacement.table->name);
  Column& column = *table.column(from);
  column.name = to;
  column.type = replacement.type;
  column.default_text = replacement.next_default.value_or(column.default_text);
  for (Constraint& constraint : table.constraints) {
    if (!stands_on(constraint.columns, from)) continue;
    std::replace(constraint.columns.begin(), constraint.columns.end(), from, to);
    constraint.definition = with_column(constraint.definition, from, to);
    constraint.index_definition = with_column(constraint.index_definition, from, to);
  }
  for (Index index : schema.indexes_of(table.name)) {
    std::replace(index.columns.begin(), index.columns.end(), from, to);
    index.definition = with_column(index.definition, from, to);
    schema.set_index(std::move(index));
  }
}

}  // namespace pgdrill::review
