// DDL that makes an object again which is gone, or drops one which is new.
#include <fmt/format.h>

#include <algorithm>

#include "harness/base/text.hpp"
#include "probes/fingerprint_snapshot.hpp"

namespace pgdrill::probes {

namespace {

std::string attribute(json::object const& attributes, std::string_view name) {
  auto const* const value = attributes.if_contains(name);
  if (value == nullptr) return "";
  return value->is_string() ? std::string(value->as_string()) : json::serialize(*value);
}

/// "total numeric(12,2) DEFAULT 0 NOT NULL": a column as in CREATE TABLE.
std::string column_definition(std::string const& name, json::object const& column) {
  std::string text = name + " " + attribute(column, "type");
  if (auto const collation = attribute(column, "collation"); !collation.empty())
    text += " COLLATE " + collation;
  if (auto const generated = attribute(column, "generated as"); !generated.empty())
    text += " GENERATED ALWAYS AS " + generated;
  if (auto const identity = attribute(column, "identity"); !identity.empty())
    text += " GENERATED " + to_upper(identity) + " AS IDENTITY";
  if (auto const value = attribute(column, "default"); !value.empty()) text += " DEFAULT " + value;
  if (attribute(column, "nullable") == "false") text += " NOT NULL";
  return text;
}

json::object const& kind_of(json::object const& snapshot, std::string_view kind) {
  static json::object const none;
  auto const* const objects = snapshot.if_contains("objects");
  auto const* const found = objects == nullptr ? nullptr : objects->as_object().if_contains(kind);
  return found == nullptr ? none : found->as_object();
}

std::string make_sequence(CatalogueObject const& sequence) {
  auto const& of = *sequence.attributes;
  std::string const next = attribute(of, "next value");
  return fmt::format(
      "CREATE SEQUENCE {} AS {} INCREMENT {} MINVALUE {} MAXVALUE {} START {} CACHE {}{}{}",
      sequence.identity, attribute(of, "type"), attribute(of, "increment"), attribute(of, "minimum"),
      attribute(of, "maximum"), attribute(of, "start"), attribute(of, "cache"),
      attribute(of, "cycle") == "true" ? " CYCLE" : "",
      next.empty() ? "" : fmt::format("; ALTER SEQUENCE {} RESTART WITH {}", sequence.identity, next));
}

/// Sequences of serial columns: they come before their table, and belong to it after. Identity columns bring
/// theirs.
struct OwnedSequences {
  std::vector<std::string> made;
  std::vector<std::string> owned;
};

OwnedSequences owned_sequences(CatalogueObject const& table, json::object const& snapshot) {
  OwnedSequences result;
  for (auto const& entry : kind_of(snapshot, "sequence")) {
    CatalogueObject const sequence{"sequence", entry.key(), &entry.value().as_object()};
    auto const owner = attribute(*sequence.attributes, "owned by");
    auto const* const column = kind_of(snapshot, "column").if_contains(owner);
    if (split_identity(owner).whole != table.identity || column == nullptr) continue;
    if (!attribute(column->as_object(), "identity").empty()) continue;
    result.made.push_back(make_sequence(sequence));
    result.owned.push_back(fmt::format("ALTER SEQUENCE {} OWNED BY {}", sequence.identity, owner));
  }
  return result;
}

std::string make_table(CatalogueObject const& table, json::object const& snapshot) {
  std::vector<std::string> columns;
  for (auto const& name : table.attributes->at("columns").as_array()) {
    std::string quoted(name.as_string());
    auto const& all = kind_of(snapshot, "column");
    if (!all.contains(table.identity + "." + quoted)) quoted = postgres::quote_identifier(quoted);
    auto const* const column = all.if_contains(table.identity + "." + quoted);
    if (column != nullptr) columns.push_back(column_definition(quoted, column->as_object()));
  }
  OwnedSequences const sequences = owned_sequences(table, snapshot);
  std::vector<std::string> statements = sequences.made;
  statements.push_back(fmt::format(
      "CREATE {}TABLE {} ({})", attribute(*table.attributes, "persistence") == "unlogged" ? "UNLOGGED " : "",
      table.identity, join(columns, ", ")));
  if (auto const key = attribute(*table.attributes, "partition key"); !key.empty())
    statements.back() += " PARTITION BY " + key;
  for (std::string const kind : {"constraint", "index", "trigger", "policy"}) {
    for (auto const& entry : kind_of(snapshot, kind)) {
      CatalogueObject const part{kind, entry.key(), &entry.value().as_object()};
      bool const index = kind == "index";
      if ((index ? attribute(*part.attributes, "table") : split_identity(part.identity).whole) !=
          table.identity)
        continue;
      if (index && !attribute(*part.attributes, "constraint").empty()) continue;
      statements.push_back(make_again(part, snapshot));
    }
  }
  statements.insert(statements.end(), sequences.owned.begin(), sequences.owned.end());
  return join(statements, "; ");
}

std::string make_type(CatalogueObject const& type) {
  auto const& of = *type.attributes;
  if (attribute(of, "kind") == "enum")
    return fmt::format("CREATE TYPE {} AS ENUM ({})", type.identity, attribute(of, "labels"));
  if (attribute(of, "kind") == "domain") {
    auto const value = attribute(of, "default");
    return fmt::format("CREATE DOMAIN {} AS {}{}{}", type.identity, attribute(of, "base type"),
                       value.empty() ? "" : " DEFAULT " + value,
                       attribute(of, "nullable") == "false" ? " NOT NULL" : "");
  }
  return "";
}

std::string make_policy(CatalogueObject const& policy) {
  auto const& of = *policy.attributes;
  auto const parts = split_identity(policy.identity);
  std::string text = fmt::format("CREATE POLICY {} ON {} AS {} FOR {} TO {}", parts.part, parts.whole,
                                 attribute(of, "permissive") == "true" ? "PERMISSIVE" : "RESTRICTIVE",
                                 attribute(of, "command"), attribute(of, "roles"));
  if (auto const use = attribute(of, "using"); !use.empty()) text += " USING (" + use + ")";
  if (auto const check = attribute(of, "with check"); !check.empty()) text += " WITH CHECK (" + check + ")";
  return text;
}

/// Collations and casts, which have no definition of PostgreSQL's own.
std::string make_small(CatalogueObject const& object) {
  auto const& of = *object.attributes;
  if (object.kind == "cast") {
    std::string const method = attribute(of, "method");
    std::string const context = attribute(of, "context");
    return fmt::format("CREATE CAST {} {}{}", object.identity,
                       method == "f"   ? "WITH FUNCTION " + attribute(of, "function")
                       : method == "i" ? "WITH INOUT"
                                       : "WITHOUT FUNCTION",
                       context == "explicit" ? "" : " AS " + to_upper(context));
  }
  std::string const provider = attribute(of, "provider");
  if (provider != "i" && provider != "c") return "";
  return fmt::format("CREATE COLLATION {} (PROVIDER = {}, LOCALE = {}, DETERMINISTIC = {})", object.identity,
                     provider == "i" ? "icu" : "libc", postgres::quote_literal(attribute(of, "locale")),
                     attribute(of, "deterministic"));
}

std::string owner_statement(CatalogueObject const& object, std::string const& verb) {
  auto const parts = split_identity(object.identity);
  bool const domain = attribute(*object.attributes, "of a domain") == "true";
  return fmt::format("ALTER {} {} {}", domain ? "DOMAIN" : "TABLE", parts.whole, verb) + " " + parts.part;
}

/// The statement that makes it; who may use it, and what is said of it, come after that.
std::string create(CatalogueObject const& object, json::object const& snapshot) {
  auto const& of = *object.attributes;
  auto const& kind = object.kind;
  std::string const definition = attribute(of, "definition");
  if (kind == "table") return attribute(of, "foreign server").empty() ? make_table(object, snapshot) : "";
  if (kind == "column") {
    if (!attribute(of, "of").empty()) return "";  // what it is part of defines it
    auto const parts = split_identity(object.identity);
    return fmt::format("ALTER TABLE {} ADD COLUMN {}", parts.whole, column_definition(parts.part, of));
  }
  if (kind == "constraint") return owner_statement(object, "ADD CONSTRAINT") + " " + definition;
  if (kind == "view") return fmt::format("CREATE VIEW {} AS {}", object.identity, definition);
  if (kind == "materialized view")
    return fmt::format("CREATE MATERIALIZED VIEW {} AS {}", object.identity, definition);
  if (kind == "policy") return make_policy(object);
  if (kind == "sequence") return make_sequence(object);
  if (kind == "type") return make_type(object);
  if (kind == "schema")
    return "CREATE SCHEMA " + object.identity + " AUTHORIZATION " + attribute(of, "owner");
  if (kind == "extension") {
    return fmt::format("CREATE EXTENSION {} SCHEMA {} VERSION {}", object.identity, attribute(of, "schema"),
                       postgres::quote_literal(attribute(of, "version")));
  }
  if (kind == "function") return attribute(of, "kind") == "aggregate" ? "" : definition;
  if (kind == "index" || kind == "trigger" || kind == "rule" || kind == "extended statistics")
    return definition;
  if (kind == "collation" || kind == "cast") return make_small(object);
  return make_in_database(object);
}

}  // namespace

std::string to_upper(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return text;
}

std::string make_again(CatalogueObject const& object, json::object const& snapshot) {
  std::vector<std::string> statements = {create(object, snapshot)};
  if (statements.front().empty()) return "";
  json::value const whole(*object.attributes);
  for (auto const* name : {"owner", "grants", "comment"}) {
    auto const* const was = member(&whole, name);
    if (was == nullptr) continue;
    if (auto statement = set_back(object, name, was, nullptr); !statement.empty())
      statements.push_back(std::move(statement));
  }
  return join(statements, "; ");
}

std::string drop_again(CatalogueObject const& object) {
  static std::map<std::string, std::string, std::less<>> const words = {
      {"table", "TABLE"},
      {"view", "VIEW"},
      {"materialized view", "MATERIALIZED VIEW"},
      {"index", "INDEX"},
      {"sequence", "SEQUENCE"},
      {"schema", "SCHEMA"},
      {"extension", "EXTENSION"},
      {"publication", "PUBLICATION"},
      {"event trigger", "EVENT TRIGGER"},
      {"collation", "COLLATION"},
      {"extended statistics", "STATISTICS"},
      {"operator", "OPERATOR"},
      {"cast", "CAST"},
      {"type", "TYPE"},
      {"foreign data wrapper", "FOREIGN DATA WRAPPER"},
      {"foreign server", "SERVER"},
      {"text search configuration", "TEXT SEARCH CONFIGURATION"},
      {"text search dictionary", "TEXT SEARCH DICTIONARY"},
      {"role", "ROLE"}};
  auto const parts = split_identity(object.identity);
  std::string const& kind = object.kind;
  if (kind == "column") {
    std::string const of = attribute(*object.attributes, "of");
    if (of == "type") return fmt::format("ALTER TYPE {} DROP ATTRIBUTE {}", parts.whole, parts.part);
    return of.empty() ? fmt::format("ALTER TABLE {} DROP COLUMN {}", parts.whole, parts.part) : "";
  }
  if (kind == "constraint") return owner_statement(object, "DROP CONSTRAINT");
  if (kind == "trigger" || kind == "rule" || kind == "policy")
    return fmt::format("DROP {} {} ON {}", to_upper(kind), parts.part, parts.whole);
  if (kind == "function") {
    std::string const what = attribute(*object.attributes, "kind");
    return fmt::format("DROP {} {}",
                       what == "procedure"   ? "PROCEDURE"
                       : what == "aggregate" ? "AGGREGATE"
                                             : "FUNCTION",
                       object.identity);
  }
  if (auto statement = drop_in_database(object); !statement.empty()) return statement;
  auto const found = words.find(kind);
  return found == words.end() ? "" : fmt::format("DROP {} {}", found->second, object.identity);
}

}  // namespace pgdrill::probes
