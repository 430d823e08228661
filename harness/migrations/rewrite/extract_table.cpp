// Columns that move to a table of their own: CREATE TABLE, INSERT ... SELECT of key and columns, DROP COLUMN.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "harness/base/text.hpp"
#include "harness/migrations/rewrite/former_columns.hpp"
#include "harness/migrations/rewrite/group.hpp"
#include "harness/migrations/rewrite/sql_parts.hpp"

namespace pgdrill::review {
namespace {

/// One column of the new table and the column of the former one that fills it.
struct Pair {
  std::string next;
  std::string former;
};

struct Found {
  std::string create;
  Table made;
  Name from;
  std::vector<Pair> pairs;
  std::vector<std::string> dropped;
  std::size_t consumed = 0;
};

/// `INSERT INTO made (a, b) SELECT x, y FROM from`, plain columns only; false for any other form.
bool read_insert(json::value const& insert, Found& found) {
  for (char const* const clause : {"withClause", "onConflictClause", "returningList"}) {
    if (find(insert, clause) != nullptr) return false;
  }
  json::value const* const select = find(insert, "selectStmt.SelectStmt");
  if (select == nullptr) return false;
  for (char const* const clause : {"whereClause", "distinctClause", "groupClause", "havingClause",
                                   "limitCount", "limitOffset", "withClause", "larg"}) {
    if (find(*select, clause) != nullptr) return false;
  }
  json::array const& from = list_of(find(*select, "fromClause"));
  if (from.size() != 1 || find(from[0], "RangeVar") == nullptr) return false;
  found.from = name_of(find(from[0], "RangeVar"));
  json::array const& columns = list_of(find(insert, "cols"));
  json::array const& targets = list_of(find(*select, "targetList"));
  if (columns.empty() || columns.size() != targets.size()) return false;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    json::value const* const reference = find(targets[i], "ResTarget.val.ColumnRef");
    if (reference == nullptr) return false;
    std::vector<std::string> const name = strings_of(find(*reference, "fields"));
    if (name.empty()) return false;
    found.pairs.push_back({get_string(columns[i], "ResTarget.name"), name.back()});
  }
  return true;
}

std::optional<Found> find_group(Statements const& statements) {
  Found found;
  bool inserted = false;
  for (std::size_t i = statements.first; i < statements.all.size(); ++i) {
    StatementReview const& statement = statements.all[i];
    if (is_framing(statement)) continue;
    Action const& front = statement.actions.front();
    if (found.create.empty()) {
      if (front.kind != ActionKind::create_table || statement.kind != "CreateStmt") return std::nullopt;
      found.create = statements.sql(i) + ";\n";
      Schema made = statements.schema;
      for (Action const& action : statement.actions) made.apply(action, found.create);
      if (made.table(front.table) == nullptr) return std::nullopt;
      found.made = *made.table(front.table);
    } else if (!inserted) {
      bool const fills = front.kind == ActionKind::insert && front.node != nullptr && !front.embedded &&
                         front.table.in_public() == found.made.name.in_public();
      if (!fills || !read_insert(*front.node, found)) return std::nullopt;
      inserted = true;
    } else if (alters_only(statement, found.from, {ActionKind::drop_column})) {
      for (Action const& action : statement.actions) found.dropped.push_back(action.column);
    } else {
      break;
    }
    found.consumed = i + 1 - statements.first;
  }
  return found.dropped.empty() ? std::nullopt : std::optional(std::move(found));
}

/// The SQL of the two triggers and of everything that goes from one table to the other.
struct Sides {
  Name from;
  Name made;
  std::vector<Pair> keys;   ///< what tells which row belongs to which
  std::vector<Pair> moved;  ///< what is moved

  /// "prefix.a, prefix.b" of one side.
  [[nodiscard]] static std::string list(std::vector<Pair> const& pairs, std::string Pair::* side,
                                        std::string const& prefix = "") {
    std::vector<std::string> out;
    for (Pair const& pair : pairs) out.push_back(prefix + quote(pair.*side));
    return join(out, ", ");
  }
  [[nodiscard]] std::string same_key(std::string const& made_row, std::string const& from_row) const {
    std::vector<std::string> out;
    for (Pair const& key : keys)
      out.push_back(fmt::format("{}{} = {}{}", made_row, quote(key.next), from_row, quote(key.former)));
    return join(out, " AND ");
  }
  [[nodiscard]] std::string any_moved(std::string const& row) const {
    std::vector<std::string> out;
    for (Pair const& pair : moved) out.push_back(row + quote(pair.former) + " IS NOT NULL");
    return "(" + join(out, " OR ") + ")";
  }
  [[nodiscard]] std::string set_next(std::string const& row) const {
    return fmt::format("({}) = ROW({})", list(moved, &Pair::next), list(moved, &Pair::former, row));
  }
  [[nodiscard]] std::string set_former(std::string const& row) const {
    return fmt::format("({}) = ROW({})", list(moved, &Pair::former), list(moved, &Pair::next, row));
  }
};

std::string function(std::string const& schema, std::string const& name, std::string const& body) {
  return fmt::format(
      "CREATE FUNCTION {0}.{1}() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, {0} AS "
      "{2};\n",
      schema, name, dollar_quote("sync", "\nBEGIN\n" + body + "END\n"));
}

std::string create_triggers(Sides const& s) {
  std::string const schema = quote(s.from.in_public().schema);
  std::string const there = quote(helper_name("there", s.from, s.made.name));
  std::string const back = quote(helper_name("back", s.from, s.made.name));
  std::string const gone = quote(helper_name("gone", s.from, s.made.name));
  std::string const made = quote(s.made);
  std::string const from = quote(s.from);
  std::string out = function(
      schema, there,
      fmt::format(
          "  UPDATE {made} SET {set} WHERE {same} AND {differ};\n"
          "  IF {any} THEN\n    INSERT INTO {made} ({columns}) VALUES ({values}) ON CONFLICT DO NOTHING;\n"
          "  END IF;\n  RETURN NULL;\n",
          fmt::arg("made", made), fmt::arg("set", s.set_next("NEW.")),
          fmt::arg("same", s.same_key("", "NEW.")),
          fmt::arg("differ",
                   differ(Sides::list(s.moved, &Pair::next), Sides::list(s.moved, &Pair::former, "NEW."))),
          fmt::arg("any", s.any_moved("NEW.")),
          fmt::arg("columns", Sides::list(s.keys, &Pair::next) + ", " + Sides::list(s.moved, &Pair::next)),
          fmt::arg("values", Sides::list(s.keys, &Pair::former, "NEW.") + ", " +
                                 Sides::list(s.moved, &Pair::former, "NEW."))));
  std::vector<std::string> nothing;
  for (Pair const& pair : s.moved) nothing.push_back(quote(pair.former) + " = NULL");
  // A row that goes with its owner leaves nothing to write back: the owner is being deleted.
  out += function(
      schema, back,
      fmt::format("  IF TG_OP = 'DELETE' THEN\n    IF coalesce(current_setting('pgdrill.extract', true), '') "
                  "<> 'gone' "
                  "THEN\n      UPDATE {from} SET {nothing} WHERE {same_old};\n    END IF;\n    RETURN "
                  "NULL;\n  END IF;\n"
                  "  UPDATE {from} SET {set} WHERE {same_new} AND {differ};\n"
                  "  RETURN NULL;\n",
                  fmt::arg("from", from), fmt::arg("nothing", join(nothing, ", ")),
                  fmt::arg("same_old", s.same_key("OLD.", "")), fmt::arg("same_new", s.same_key("NEW.", "")),
                  fmt::arg("set", s.set_former("NEW.")),
                  fmt::arg("differ", differ(Sides::list(s.moved, &Pair::former),
                                            Sides::list(s.moved, &Pair::next, "NEW.")))));
  out += function(
      schema, gone,
      fmt::format("  PERFORM set_config('pgdrill.extract', 'gone', true);\n  DELETE FROM {} WHERE {};\n"
                  "  PERFORM set_config('pgdrill.extract', '', true);\n  RETURN OLD;\n",
                  made, s.same_key("", "OLD.")));
  return out +
         fmt::format(
             "CREATE TRIGGER {0} AFTER INSERT OR UPDATE ON {1} FOR EACH ROW EXECUTE FUNCTION {2}.{0}();\n"
             "CREATE TRIGGER {3} BEFORE DELETE ON {1} FOR EACH ROW EXECUTE FUNCTION {2}.{3}();\n"
             "CREATE TRIGGER {4} AFTER INSERT OR UPDATE OR DELETE ON {5} FOR EACH ROW EXECUTE FUNCTION "
             "{2}.{4}();\n",
             there, from, schema, gone, back, made);
}

std::string drop_triggers(Sides const& s) {
  std::string out;
  for (auto const& [role, table] :
       std::map<std::string, Name>{{"there", s.from}, {"gone", s.from}, {"back", s.made}}) {
    std::string const name = quote(helper_name(role, s.from, s.made.name));
    out += fmt::format("DROP TRIGGER {0} ON {1};\nDROP FUNCTION {2}.{0}();\n", name, quote(table),
                       quote(s.from.in_public().schema));
  }
  return out;
}

/// Every dropped column has a place in the new table, and a key says which row is whose.
Result<Sides> sides_of(Found const& found, Table const& table, std::string const& subject) {
  auto const refuse = [&](std::string why, std::string todo) {
    return fail({.kind = ErrorKind::usage,
                 .what = "cannot rewrite: " + subject,
                 .why = std::move(why),
                 .todo = std::move(todo)});
  };
  Sides sides{found.from, found.made.name, {}, {}};
  std::vector<std::string> const key = table.key();
  for (Pair const& pair : found.pairs) {
    bool const dropped =
        std::find(found.dropped.begin(), found.dropped.end(), pair.former) != found.dropped.end();
    bool const of_key = std::find(key.begin(), key.end(), pair.former) != key.end();
    if (!dropped && !of_key)
      return refuse(pair.former + " stays where it is and is copied, too", "leave it out of the new table");
    (dropped ? sides.moved : sides.keys).push_back(pair);
  }
  for (std::string const& name : found.dropped) {
    Column const* const column = table.column(name);
    if (column == nullptr) return refuse("there is no column " + name, "");
    bool const moved = std::any_of(sides.moved.begin(), sides.moved.end(),
                                   [&](Pair const& pair) { return pair.former == name; });
    if (!moved) return refuse(name + " is dropped and goes nowhere", "drop it in a change of its own");
    for (Pair const& pair : sides.moved) {
      Column const* const next = found.made.column(pair.next);
      if (pair.former == name && (next == nullptr || next->type != column->type))
        return refuse(
            fmt::format("{} is {} and becomes {}: whether a row was copied is told by the same bytes", name,
                        column->type.text(), next == nullptr ? pair.next : next->type.text()),
            "copy it as it is, and change its type in a change of its own");
    }
    if (!column->default_text.empty())
      return refuse(name + " has a default, which would look like a value that somebody wrote",
                    "drop the default first");
  }
  std::vector<std::string> made_key;
  for (Pair const& pair : sides.keys) made_key.push_back(pair.next);
  std::vector<std::string> unique = found.made.key();
  std::sort(made_key.begin(), made_key.end());
  std::sort(unique.begin(), unique.end());
  if (sides.keys.size() != key.size() || made_key != unique)
    return refuse("which row of the new table belongs to which row of " + table.name.text() + " is not known",
                  "make the former table's key, copied, the primary key of the new one");
  return sides;
}

/// Of columns that the former version never reads NULL in, and the next one may leave without a value.
std::string stops_going_down(Found const& found, Table const& table) {
  std::vector<std::string> stops;
  for (std::string const& name : found.dropped) {
    if (!table.column(name)->not_null) continue;
    stops.push_back(
        fmt::format("a row of {} to which the next version gives none in {} has NULL in {}, which the former "
                    "version never "
                    "reads; going down stops there until it is filled",
                    table.name.text(), found.made.name.text(), name));
  }
  return join(stops, "; ");
}

Result<Rewriting> build(Found const& found, Table const& table, Schema const& schema) {
  Rewriting rewriting{fmt::format("move {} of {} to {}", join(found.dropped, ", "), table.name.text(),
                                  found.made.name.text()),
                      {}};
  TRY_VOID(check_former(table, schema, found.dropped, rewriting.subject));
  if (table.row_security)
    return fail({.kind = ErrorKind::usage,
                 .what = "cannot rewrite: " + rewriting.subject,
                 .why =
                     "its row level security would filter what the new table's triggers write back, and the "
                     "new table has none",
                 .todo = "rewrite it by hand, with the policies that the new table needs"});
  TRY(Sides const sides, sides_of(found, table, rewriting.subject));
  auto const add = [&](PhaseFile file) { rewriting.files.push_back(std::move(file)); };
  std::string const made = quote(found.made.name);
  std::string const from = quote(table.name);
  add({Phase::expand, "create_table", "The new table, empty.", found.create,
       fmt::format("DROP TABLE {};\n", made)});
  add({Phase::dual_write, "sync_triggers", "Keeps both tables in step, whichever version writes.",
       create_triggers(sides), drop_triggers(sides)});
  std::string const lacking =
      fmt::format("NOT EXISTS (SELECT FROM {} m WHERE {})", made, sides.same_key("m.", from + "."));
  std::vector<std::string> same_batch;
  for (std::string const& key : table.key())
    same_batch.push_back(fmt::format("t.{0} = batch.{0}", quote(key)));
  add({Phase::backfill, "copy",
       "Copies old rows in batches by key. Interrupted, run it again: it does what is left.",
       batched_change(
           table.name, table.key(), lacking,
           fmt::format("INSERT INTO {} ({}, {}) SELECT {}, {} FROM batch JOIN {} t ON {} ON CONFLICT DO "
                       "NOTHING RETURNING 1",
                       made, Sides::list(sides.keys, &Pair::next), Sides::list(sides.moved, &Pair::next),
                       Sides::list(sides.keys, &Pair::former, "t."),
                       Sides::list(sides.moved, &Pair::former, "t."), from, join(same_batch, " AND "))),
       "SELECT 1;  -- the table goes with the file that made it\n", false});
  FormerColumns const columns{&table, &schema, found.dropped};
  add({Phase::switch_over, "verify",
       "Stops when a row was not copied. Then deploy the version that uses the new table; the former one "
       "keeps working.",
       refuse_rows(table.name,
                   fmt::format("{} AND NOT EXISTS (SELECT FROM {} m WHERE {} AND NOT {})",
                               sides.any_moved(from + "."), made, sides.same_key("m.", from + "."),
                               differ(Sides::list(sides.moved, &Pair::next, "m."),
                                      Sides::list(sides.moved, &Pair::former, from + "."))),
                   "not copied; run the backfill again"),
       "SELECT 1;  -- nothing was changed\n"});
  rewriting.note = stops_going_down(found, table);
  for (PhaseFile& file : relax(columns, Phase::switch_over)) add(std::move(file));
  add({Phase::contract, "refill_former", "Going down it fills the former columns from the new table.",
       "SELECT 1;  -- only its down file does something\n",
       batched_update(
           table.name, table.key(),
           fmt::format("({}) = (SELECT {} FROM {} m WHERE {})", Sides::list(sides.moved, &Pair::former),
                       Sides::list(sides.moved, &Pair::next, "m."), made, sides.same_key("m.", "t.")),
           fmt::format("EXISTS (SELECT FROM {} m WHERE {} AND {})", made, sides.same_key("m.", from + "."),
                       differ(Sides::list(sides.moved, &Pair::next, "m."),
                              Sides::list(sides.moved, &Pair::former, from + ".")))),
       false});
  add({Phase::contract, "stop_sync", "From here on the former version must be gone.", drop_triggers(sides),
       create_triggers(sides)});
  for (PhaseFile& file : drop_former(columns)) add(std::move(file));
  rewriting.files.back().comment = "Going down, the values come back from the new table.";
  rewriting.files.back().no_return = false;
  return rewriting;
}

std::optional<GroupRewriting> extract_table(Statements const& statements) {
  if (statements.all[statements.first].actions.front().kind != ActionKind::create_table) return std::nullopt;
  std::optional<Found> const found = find_group(statements);
  if (!found) return std::nullopt;
  Result<Table const*> const table = known_table(found->from, statements.schema);
  if (!table) return GroupRewriting{found->consumed, fail(table.error())};
  return GroupRewriting{found->consumed, build(*found, **table, statements.schema)};
}

RegisterGroup const registered(&extract_table);

}  // namespace
}  // namespace pgdrill::review
