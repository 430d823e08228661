#include "harness/migrations/rewrite/sync_trigger.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/text.hpp"
#include "harness/migrations/review/lexer.hpp"
#include "harness/migrations/review/parser.hpp"
#include "harness/migrations/rewrite/sql_parts.hpp"

namespace pgdrill::review {

namespace {

std::string columns(std::vector<Computed> const& list, std::string const& row) {
  std::vector<std::string> parts;
  for (Computed const& one : list) parts.push_back(row + quote(one.column));
  return join(parts, ", ");
}

std::string value_of(Computed const& one, std::string const& row) {
  std::string const expression = row.empty() ? one.expression : of_row(one.expression, row);
  return fmt::format("({})::{}", expression, one.type);
}
std::string values(std::vector<Computed> const& list, std::string const& row) {
  std::vector<std::string> parts;
  for (Computed const& one : list) parts.push_back(value_of(one, row));
  return join(parts, ", ");
}

std::string compute(std::vector<Computed> const& targets, std::string const& indent) {
  std::string out;
  for (Computed const& one : targets)
    out += fmt::format("{}NEW.{} := {};\n", indent, quote(one.column), value_of(one, "NEW."));
  return out;
}

std::string all_null(std::vector<Computed> const& list, std::string const& row) {
  std::vector<std::string> parts;
  for (Computed const& one : list) parts.push_back(fmt::format("{}{} IS NULL", row, quote(one.column)));
  return join(parts, " AND ");
}

/// Where the columns that an expression names begin. The parser counts from the start of the statement.
std::vector<std::size_t> column_places(std::string const& expression) {
  constexpr std::string_view select = "SELECT ";
  auto const parsed = parse_statement(std::string(select) + expression);
  std::vector<std::size_t> places;
  if (!parsed) return places;
  auto visit = [&](auto const& self, json::value const& value) -> void {
    if (value.is_array()) {
      for (json::value const& element : value.as_array()) self(self, element);
    } else if (value.is_object()) {
      for (auto const& [key, child] : value.as_object()) {
        if (key == "ColumnRef")
          places.push_back(static_cast<std::size_t>(get_int(child, "location")) - select.size());
        self(self, child);
      }
    }
  };
  visit(visit, parsed->node);
  std::sort(places.begin(), places.end());
  return places;
}

}  // namespace

std::string of_row(std::string const& expression, std::string const& row) {
  std::vector<std::size_t> const places = column_places(expression);
  std::vector<Token> const tokens = tokenize(expression);
  std::string out;
  std::size_t copied = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (std::find(places.begin(), places.end(), tokens[i].begin) == places.end()) continue;
    out += expression.substr(copied, tokens[i].begin - copied) + row;
    // Of table.column the column alone.
    while (i + 2 < tokens.size() && is_symbol(expression, tokens[i + 1], '.')) i += 2;
    copied = tokens[i].begin;
  }
  return out + expression.substr(copied);
}

std::string create_sync_trigger(SyncTrigger const& sync) {
  // The writer is told by what it changed, never by who it is: a row that comes with next columns which the
  // former ones do not give was written by the next version. Named to fire after all other triggers.
  std::string const body = fmt::format(
      R"(
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF {empty} THEN
{forward_deep}    ELSIF {given} THEN
{backward_deep}    END IF;
  ELSIF {next_changed} AND {given} THEN
{backward}  ELSIF {former_changed} THEN
{forward}  END IF;
  RETURN NEW;
END
)",
      fmt::arg("empty", all_null(sync.next, "NEW.")),
      fmt::arg("given", differ(columns(sync.next, "NEW."), values(sync.next, "NEW."))),
      fmt::arg("next_changed", differ(columns(sync.next, "NEW."), columns(sync.next, "OLD."))),
      fmt::arg("former_changed", differ(columns(sync.former, "NEW."), columns(sync.former, "OLD."))),
      fmt::arg("forward", compute(sync.next, "    ")), fmt::arg("forward_deep", compute(sync.next, "      ")),
      fmt::arg("backward", compute(sync.former, "    ")),
      fmt::arg("backward_deep", compute(sync.former, "      ")));
  return fmt::format(
      "CREATE FUNCTION {schema}.{name}() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, "
      "{schema} AS "
      "{body};\nCREATE TRIGGER {name} BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION "
      "{schema}.{name}();\n",
      fmt::arg("schema", quote(sync.table.in_public().schema)), fmt::arg("name", quote(sync.name)),
      fmt::arg("table", quote(sync.table)), fmt::arg("body", dollar_quote("sync", body)));
}

std::string drop_sync_trigger(SyncTrigger const& sync) {
  return fmt::format("DROP TRIGGER {0} ON {1};\nDROP FUNCTION {2}.{0}();\n", quote(sync.name),
                     quote(sync.table), quote(sync.table.in_public().schema));
}

std::string assign_computed(std::vector<Computed> const& targets) {
  std::vector<std::string> parts;
  for (Computed const& one : targets)
    parts.push_back(fmt::format("{} = {}", quote(one.column), value_of(one, "t.")));
  return join(parts, ", ");
}

std::string differs(std::vector<Computed> const& targets) {
  return differ(columns(targets, ""), values(targets, ""));
}

std::string refuse_lossy(Name const& table, std::vector<Computed> const& former) {
  return refuse_rows(
      table, differs(former),
      "the way back gives other values than they have; set them to what it gives first, if that "
      "is meant: " +
          assign_computed(former));
}

std::string not_filled(SyncTrigger const& sync) {
  return fmt::format("{} AND ({} OR ({}))", differs(sync.next), differs(sync.former),
                     all_null(sync.next, ""));
}

std::string written_by_next(SyncTrigger const& sync) {
  return fmt::format("{} AND ({} OR ({}))", differs(sync.former), differs(sync.next),
                     all_null(sync.former, ""));
}

}  // namespace pgdrill::review
