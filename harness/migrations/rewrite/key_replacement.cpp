#include "harness/migrations/rewrite/key_replacement.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/migrations/rewrite/sql_parts.hpp"

namespace pgdrill::review {

namespace {

/// A foreign key that refers to the column.
struct Reference {
  Name table;
  Constraint constraint;
};

std::vector<Reference> references_to(KeyReplacement const& r) {
  std::vector<Reference> references;
  for (Table const* const other : r.schema->referencing(r.table->name)) {
    for (Constraint const& constraint : other->constraints) {
      bool const refers =
          constraint.kind == 'f' &&
          constraint.referenced.in_public().text() == r.table->name.in_public().text() &&
          std::find(constraint.referenced_columns.begin(), constraint.referenced_columns.end(), r.column) !=
              constraint.referenced_columns.end();
      if (refers) references.push_back({other->name, constraint});
    }
  }
  return references;
}

std::string next_name(std::string const& name) { return name.substr(0, 56) + "__next"; }

/// The foreign key's definition with another column behind REFERENCES, without NOT VALID.
std::string referring_to(Constraint const& constraint, std::string const& column) {
  std::string out = constraint.definition;
  std::size_t const references = out.find(" REFERENCES ");
  std::size_t const open = out.find('(', references);
  std::size_t const close = out.find(')', open);
  out.replace(open, close - open + 1, "(" + quote(column) + ")");
  constexpr std::string_view not_valid = " NOT VALID";
  if (out.ends_with(not_valid)) out.resize(out.size() - not_valid.size());
  return out;
}

std::string add(Reference const& reference, std::string const& name, std::string const& column,
                bool verified) {
  return fmt::format("ALTER TABLE {} ADD CONSTRAINT {} {}{};\n", quote(reference.table), quote(name),
                     referring_to(reference.constraint, column), verified ? "" : " NOT VALID");
}
std::string drop(Reference const& reference, std::string const& name) {
  return fmt::format("ALTER TABLE {} DROP CONSTRAINT {};\n", quote(reference.table), quote(name));
}

}  // namespace

Constraint const* key_on(Table const& table, std::string const& column) {
  for (Constraint const& constraint : table.constraints) {
    if (constraint.kind == 'p' && constraint.columns == std::vector<std::string>{column}) return &constraint;
  }
  return nullptr;
}

Result<> check_key(KeyReplacement const& r, std::string const& subject) {
  auto const refuse = [&](std::string why, std::string todo) {
    return fail({.kind = ErrorKind::usage,
                 .what = "cannot rewrite: " + subject,
                 .why = std::move(why),
                 .todo = std::move(todo)});
  };
  // INCLUDE, DEFERRABLE and storage parameters would have to be carried over to the next key.
  Constraint const& key = *key_on(*r.table, r.column);
  bool const plain = key.definition == "PRIMARY KEY (" + r.column + ")" ||
                     key.definition == "PRIMARY KEY (" + quote(r.column) + ")";
  if (!plain || key.index_definition.find(" WITH (") != std::string::npos)
    return refuse(fmt::format("primary key {} has more than its column: {}", key.name, key.index_definition),
                  "make it a plain one first");
  for (Reference const& reference : references_to(r)) {
    std::string const name = reference.constraint.name;
    if (reference.constraint.columns.size() != 1)
      return refuse(fmt::format("foreign key {} refers to several columns", name),
                    "drop it first and add it again after phase contract");
    Table const* const other = r.schema->table(reference.table);
    if (other != nullptr && (other->partitioned || other->parent))
      return refuse(
          fmt::format("foreign key {} stands on a partitioned table, where NOT VALID is refused", name),
          "drop it first and add it again after phase contract");
    if (other == r.table && reference.constraint.columns.front() == r.column)
      return refuse(fmt::format("foreign key {} refers to its own column", name), "drop it first");
  }
  return {};
}

std::vector<PhaseFile> key_beside(KeyReplacement const& r, std::string const& next) {
  std::string const table = quote(r.table->name);
  std::string const index = next_name(key_on(*r.table, r.column)->name);
  std::string const drop_index = fmt::format("DROP INDEX CONCURRENTLY IF EXISTS {}.{};\n",
                                             quote(r.table->name.in_public().schema), quote(index));
  std::vector<PhaseFile> files;
  files.push_back({Phase::validate, "clear_" + index,
                   "What an interrupted build left is invalid and goes first.", drop_index,
                   "SELECT 1;  -- see the next file\n", false});
  files.push_back(
      {Phase::validate, "build_" + index, "Alone in its file: CONCURRENTLY is refused in a transaction.",
       fmt::format("CREATE UNIQUE INDEX CONCURRENTLY {} ON {} ({});\n", quote(index), table, quote(next)),
       drop_index, false});
  for (Reference const& reference : references_to(r)) {
    std::string const name = next_name(reference.constraint.name);
    std::string const added = add(reference, name, next, false);
    files.push_back({Phase::validate, "refer_" + reference.constraint.name,
                     "A second foreign key, to the next column: in force for new rows at once.", added,
                     drop(reference, name)});
    if (!reference.constraint.valid) continue;
    files.push_back(
        {Phase::validate, "verify_" + reference.constraint.name,
         "Reads every row, while others read and write.",
         fmt::format("ALTER TABLE {} VALIDATE CONSTRAINT {};\n", quote(reference.table), quote(name)),
         drop(reference, name) + added});
  }
  return files;
}

PhaseFile move_key(KeyReplacement const& r, std::string const& former, std::string const& next) {
  Constraint const& key = *key_on(*r.table, r.column);
  std::string const table = quote(r.table->name);
  std::string const drop_key = fmt::format("ALTER TABLE {} DROP CONSTRAINT {};\n", table, quote(key.name));
  std::string up;
  std::string down;
  std::string up_names;
  std::string down_adds;
  for (Reference const& reference : references_to(r)) {
    std::string const& name = reference.constraint.name;
    std::string const beside = next_name(name);
    up += drop(reference, name);
    up_names += fmt::format("ALTER TABLE {} RENAME CONSTRAINT {} TO {};\n", quote(reference.table),
                            quote(beside), quote(name));
    down += drop(reference, name);
    down_adds += add(reference, name, former, reference.constraint.valid) +
                 add(reference, beside, next, reference.constraint.valid);
  }
  up += drop_key + fmt::format("ALTER TABLE {} ADD CONSTRAINT {} PRIMARY KEY USING INDEX {};\n", table,
                               quote(key.name), quote(next_name(key.name)));
  down +=
      drop_key +
      fmt::format("CREATE UNIQUE INDEX {} ON {} ({});\n", quote(next_name(key.name)), table, quote(next)) +
      fmt::format("ALTER TABLE {} ADD CONSTRAINT {} PRIMARY KEY ({});\n", table, quote(key.name),
                  quote(former));
  return {
      Phase::contract, "move_key",
      "The key moves to the next column, the catalogue only. Its down file builds two indexes and verifies "
      "foreign keys while the tables are locked: choose a quiet moment for it.",
      up + up_names, down + down_adds};
}

std::string move_sequence(Table const& table, std::string const& from, std::string const& to) {
  std::string const body = fmt::format(
      R"(
DECLARE
  sequence text := pg_get_serial_sequence({table_text}, {from_text});
  kind text;
  options record;
  position record;
BEGIN
  IF sequence IS NULL THEN
    RETURN;
  END IF;
  SELECT attidentity INTO kind FROM pg_attribute WHERE attrelid = {table_text}::regclass AND attname = {from_text};
  IF kind = '' THEN
    EXECUTE format('ALTER SEQUENCE %s OWNED BY %s.%s', sequence, {table_text}, {to_text});
    RETURN;
  END IF;
  SELECT * INTO options FROM pg_sequence WHERE seqrelid = sequence::regclass;
  EXECUTE format('SELECT last_value, is_called FROM %s', sequence) INTO position;
  ALTER TABLE {table} ALTER COLUMN {from} DROP IDENTITY;
  EXECUTE format('ALTER TABLE %s ALTER COLUMN %s ADD GENERATED %s AS IDENTITY '
                 '(SEQUENCE NAME %s INCREMENT BY %s START WITH %s CACHE %s %s)',
                 {table_text}, {to_text}, CASE kind WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END, sequence, options.seqincrement,
                 options.seqstart, options.seqcache, CASE WHEN options.seqcycle THEN 'CYCLE' ELSE '' END);
  PERFORM setval(sequence, position.last_value, position.is_called);
END
)",
      fmt::arg("table", quote(table.name)), fmt::arg("table_text", literal(quote(table.name))),
      fmt::arg("from", quote(from)), fmt::arg("from_text", literal(from)),
      fmt::arg("to_text", literal(quote(to))));
  return "DO " + dollar_quote("sequence", body) + ";\n";
}

}  // namespace pgdrill::review
