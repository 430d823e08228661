#include "harness/migrations/rewrite/row_mirror.hpp"

#include <fmt/format.h>

#include "harness/base/text.hpp"
#include "harness/migrations/rewrite/sql_parts.hpp"

namespace pgdrill::review {

namespace {

std::string columns(std::vector<Computed> const& list, std::string const& prefix) {
  std::vector<std::string> parts;
  for (Computed const& one : list) parts.push_back(prefix + quote(one.column));
  return join(parts, ", ");
}

std::string expressions(std::vector<Computed> const& list) {
  std::vector<std::string> parts;
  for (Computed const& one : list) parts.push_back(fmt::format("({})::{}", one.expression, one.type));
  return join(parts, ", ");
}

/// FROM (SELECT NEW.a, NEW.b) AS computed (a, b): the expressions name their columns as the user wrote them.
std::string from_row(std::vector<Computed> const& sources, std::string const& row) {
  return fmt::format("FROM (SELECT {}) AS computed ({})", columns(sources, row), columns(sources, ""));
}

}  // namespace

std::string create_row_mirror(RowMirror const& mirror) {
  std::vector<std::string> empty;
  for (Computed const& one : mirror.next) empty.push_back(fmt::format("NEW.{} IS NULL", quote(one.column)));
  auto const compute = [](std::vector<Computed> const& targets, std::vector<Computed> const& sources) {
    return fmt::format("SELECT {} INTO {} {};", expressions(targets), columns(targets, "NEW."),
                       from_row(sources, "NEW."));
  };
  return fmt::format(
      R"(CREATE FUNCTION {schema}.{name}() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, {schema} AS $sync$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF {empty} THEN
      {forward}
    ELSE
      {backward}
    END IF;
  ELSIF ({new_next}) IS DISTINCT FROM ({old_next}) AND EXISTS (
      SELECT {from_former} WHERE ({new_next}) IS DISTINCT FROM ({next_values})) THEN
    {backward}
  ELSIF ({new_former}) IS DISTINCT FROM ({old_former}) THEN
    {forward}
  END IF;
  RETURN NEW;
END
$sync$;
CREATE TRIGGER {name} BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {schema}.{name}();
)",
      fmt::arg("schema", quote(mirror.table.in_public().schema)), fmt::arg("name", quote(mirror.name)),
      fmt::arg("table", quote(mirror.table)), fmt::arg("empty", join(empty, " AND ")),
      fmt::arg("forward", compute(mirror.next, mirror.former)),
      fmt::arg("backward", compute(mirror.former, mirror.next)),
      fmt::arg("new_next", columns(mirror.next, "NEW.")), fmt::arg("old_next", columns(mirror.next, "OLD.")),
      fmt::arg("new_former", columns(mirror.former, "NEW.")),
      fmt::arg("old_former", columns(mirror.former, "OLD.")),
      fmt::arg("from_former", from_row(mirror.former, "NEW.")),
      fmt::arg("next_values", expressions(mirror.next)));
}

std::string drop_row_mirror(RowMirror const& mirror) {
  return fmt::format("DROP TRIGGER {0} ON {1};\nDROP FUNCTION {2}.{0}();\n", quote(mirror.name),
                     quote(mirror.table), quote(mirror.table.in_public().schema));
}

std::string assign_computed(std::vector<Computed> const& targets, std::vector<Computed> const& sources) {
  return fmt::format("({}) = (SELECT {} {})", columns(targets, ""), expressions(targets),
                     from_row(sources, "t."));
}

std::string differs(std::vector<Computed> const& targets) {
  return fmt::format("({}) IS DISTINCT FROM ({})", columns(targets, ""), expressions(targets));
}

}  // namespace pgdrill::review
