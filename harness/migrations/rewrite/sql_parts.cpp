#include "harness/migrations/rewrite/sql_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "harness/base/text.hpp"
#include "harness/migrations/review/lexer.hpp"
#include "harness/postgres/connection.hpp"

namespace pgdrill::review {

namespace {

constexpr std::size_t longest_name = 63;

std::string list(std::vector<std::string> const& names, std::string const& prefix) {
  std::vector<std::string> parts;
  for (std::string const& name : names) parts.push_back(prefix + quote(name));
  return join(parts, ", ");
}

/// Tokens of a definition that may be names of the table's columns: after the first parenthesis, before which
/// stand names of other objects, and not in what a foreign key refers to.
std::vector<Token> places_of_columns(std::string const& definition) {
  std::vector<Token> places;
  bool listed = false;
  bool refers = false;
  for (Token const& token : tokenize(definition)) {
    if (is_word(definition, token, "references")) refers = true;
    if (listed && !refers) places.push_back(token);
    if (is_symbol(definition, token, '(')) listed = true;
    if (is_symbol(definition, token, ')')) refers = false;
  }
  return places;
}

bool is_name(std::string const& definition, Token const& token, std::string const& name) {
  std::string const text = definition.substr(token.begin, token.end - token.begin);
  return text == name || text == quote(name);
}

}  // namespace

std::string quote(std::string const& identifier) { return postgres::quote_identifier(identifier); }
std::string quote(Name const& name) {
  Name const full = name.in_public();
  return quote(full.schema) + "." + quote(full.name);
}
std::string literal(std::string const& text) { return postgres::quote_literal(text); }

std::string statement_sql(std::string text) {
  while (!text.empty() && (text.back() == ';' || std::isspace(static_cast<unsigned char>(text.back())) != 0))
    text.pop_back();
  return text + ";\n";
}

std::string dollar_quote(std::string tag, std::string const& body) {
  while (body.find("$" + tag) != std::string::npos) tag += '_';
  return fmt::format("${0}${1}${0}$", tag, body);
}

std::string helper_name(std::string const& role, Name const& table, std::string const& column) {
  std::string const name = fmt::format("zz_pgdrill_{}_{}_{}", role, table.name, column);
  return name.substr(0, longest_name);
}

std::string batched_update(Name const& table, std::vector<std::string> const& key,
                           std::string const& assignments, std::string const& predicate) {
  std::vector<std::string> joins;
  for (std::string const& name : key) joins.push_back(fmt::format("t.{0} = batch.{0}", quote(name)));
  return batched_change(table, key, predicate,
                        fmt::format("UPDATE {} t SET {} FROM batch WHERE {} RETURNING 1", quote(table),
                                    assignments, join(joins, " AND ")));
}

std::string batched_change(Name const& table, std::vector<std::string> const& key,
                           std::string const& predicate, std::string const& change) {
  std::vector<std::string> declarations;
  std::vector<std::string> variables;
  std::vector<std::string> descending;
  for (std::string const& name : key) {
    variables.push_back(fmt::format("last_{}", variables.size() + 1));
    declarations.push_back(fmt::format("  {} {}.{}%TYPE;\n", variables.back(), quote(table), quote(name)));
    descending.push_back(quote(name) + " DESC");
  }
  std::string const columns = list(key, "");
  // Keyset: each batch begins where the last one ended, so that a large table is read once.
  auto const batch = [&](std::string const& bound) {
    return fmt::format(R"(    PERFORM set_config('pgdrill.backfill', 'on', true);
    WITH batch AS MATERIALIZED (
      SELECT {columns} FROM {table} WHERE {bound}({predicate}) ORDER BY {columns} LIMIT 1000 FOR UPDATE
    ), changed AS (
      {change}
    )
    SELECT {columns} INTO {variables} FROM batch ORDER BY {descending} LIMIT 1;
)",
                       fmt::arg("columns", columns), fmt::arg("table", quote(table)),
                       fmt::arg("bound", bound), fmt::arg("predicate", predicate), fmt::arg("change", change),
                       fmt::arg("variables", join(variables, ", ")),
                       fmt::arg("descending", join(descending, ", ")));
  };
  std::string const body = fmt::format(
      "\nDECLARE\n{}BEGIN\n  PERFORM set_config('row_security', 'off', false);\n{}  WHILE FOUND LOOP\n    "
      "COMMIT;\n{}  END LOOP;\nEND\n",
      join(declarations, ""), batch(""),
      batch(fmt::format("({}) > ({}) AND ", columns, join(variables, ", "))));
  return "DO " + dollar_quote("backfill", body) + ";\n";
}

std::string refuse_rows(Name const& table, std::string const& predicate, std::string const& message) {
  std::string const body = fmt::format(R"(
DECLARE
  wrong bigint;
BEGIN
  PERFORM set_config('row_security', 'off', true);
  SELECT count(*) INTO wrong FROM {} WHERE {};
  IF wrong > 0 THEN
    RAISE EXCEPTION '% rows of %: %', wrong, {}, {};
  END IF;
END
)",
                                       quote(table), predicate, literal(quote(table)), literal(message));
  return "DO " + dollar_quote("verify", body) + ";\n";
}

std::string differ(std::string const& left, std::string const& right) {
  // Without the casts the operator would be looked for in each column's type.
  return fmt::format("(ROW({})::record OPERATOR(pg_catalog.*<>) ROW({})::record)", left, right);
}

std::string in_transaction(std::string const& sql) {
  return "BEGIN;\nSET LOCAL lock_timeout = '2s';\nSET LOCAL row_security = off;\n" + sql + "COMMIT;\n";
}

std::string set_not_null_by_proof(Name const& table, std::string const& column) {
  std::string const check = quote(helper_name("filled", table, column));
  std::string const alter = "ALTER TABLE " + quote(table);
  return in_transaction(fmt::format("{0} DROP CONSTRAINT IF EXISTS {2};\n"
                                    "{0} ADD CONSTRAINT {2} CHECK ({1} IS NOT NULL) NOT VALID;\n",
                                    alter, quote(column), check)) +
         fmt::format("{} VALIDATE CONSTRAINT {};\n", alter, check) +
         in_transaction(fmt::format("{0} ALTER COLUMN {1} SET NOT NULL;\n{0} DROP CONSTRAINT {2};\n", alter,
                                    quote(column), check));
}

std::string set_not_null_again(Name const& table, std::string const& column) {
  return refuse_rows(
             table, quote(column) + " IS NULL",
             fmt::format("{} would be NOT NULL again: fill them first, what with only you know", column)) +
         set_not_null_by_proof(table, column);
}

std::string drop_not_null(Name const& table, std::string const& column) {
  return in_transaction(
      fmt::format("ALTER TABLE {} ALTER COLUMN {} DROP NOT NULL;\n", quote(table), quote(column)));
}

std::string with_column(std::string const& definition, std::string const& from, std::string const& to) {
  std::string out;
  std::size_t copied = 0;
  for (Token const& token : places_of_columns(definition)) {
    if (!is_name(definition, token, from)) continue;
    out += definition.substr(copied, token.begin - copied) + quote(to);
    copied = token.end;
  }
  return out + definition.substr(copied);
}

bool names_column(std::string const& definition, std::string const& column) {
  std::vector<Token> const places = places_of_columns(definition);
  return std::any_of(places.begin(), places.end(),
                     [&](Token const& token) { return is_name(definition, token, column); });
}

std::string create_index(std::string const& definition, std::string const& name, bool concurrently) {
  std::string const unique = definition.starts_with("CREATE UNIQUE") ? "UNIQUE " : "";
  return fmt::format("CREATE {}INDEX {}{}{};\n", unique, concurrently ? "CONCURRENTLY " : "", quote(name),
                     definition.substr(definition.find(" ON ")));
}

}  // namespace pgdrill::review
