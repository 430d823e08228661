#include "harness/migrations/rewrite/fill_trigger.hpp"

#include <fmt/format.h>

#include "harness/migrations/rewrite/sql_parts.hpp"
#include "harness/migrations/rewrite/sync_trigger.hpp"

namespace pgdrill::review {

FillTrigger fill_trigger(Name const& table, std::string const& column, std::string const& value) {
  std::string const name = quote(helper_name("fill", table, column));
  std::string const schema = quote(table.in_public().schema);
  std::string const body =
      fmt::format("\nBEGIN\n  IF NEW.{0} IS NULL THEN\n    NEW.{0} := {1};\n  END IF;\n  RETURN NEW;\nEND\n",
                  quote(column), of_row(value, "NEW."));
  std::string const create = fmt::format(
      "CREATE FUNCTION {0}.{1}() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, {0} AS {2};\n"
      "CREATE TRIGGER {1} BEFORE INSERT OR UPDATE ON {3} FOR EACH ROW EXECUTE FUNCTION {0}.{1}();\n",
      schema, name, dollar_quote("fill", body), quote(table));
  return {create,
          fmt::format("DROP TRIGGER {0} ON {1};\nDROP FUNCTION {2}.{0}();\n", name, quote(table), schema)};
}

}  // namespace pgdrill::review
