// DDL that gives an attribute of an object its old value.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "harness/base/text.hpp"
#include "probes/fingerprint_snapshot.hpp"

namespace pgdrill::probes {

namespace {

/// How an object is named in ALTER, COMMENT ON and GRANT.
struct Address {
  std::string keyword;  ///< "TABLE"; empty when the kind has no such statements here
  std::string name;
  std::string on;  ///< the table, for what lives in one
};

std::string function_keyword(json::object const& attributes) {
  std::string const kind = get_string(json::value(attributes), "kind");
  if (kind == "procedure") return "PROCEDURE";
  return kind == "aggregate" ? "AGGREGATE" : "FUNCTION";
}

Address address_of(CatalogueObject const& object) {
  static std::map<std::string, std::string, std::less<>> const plain = {
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
      {"language", "LANGUAGE"},
      {"role", "ROLE"},
      {"subscription", "SUBSCRIPTION"},
      {"foreign data wrapper", "FOREIGN DATA WRAPPER"},
      {"foreign server", "SERVER"},
      {"text search configuration", "TEXT SEARCH CONFIGURATION"},
      {"text search dictionary", "TEXT SEARCH DICTIONARY"}};
  if (auto const found = plain.find(object.kind); found != plain.end())
    return {found->second, object.identity, ""};
  auto const parts = split_identity(object.identity);
  if (object.kind == "column") return {"COLUMN", object.identity, ""};
  if (object.kind == "function") return {function_keyword(*object.attributes), object.identity, ""};
  bool const domain = get_string(json::value(*object.attributes), "kind") == "domain";
  if (object.kind == "type") return {domain ? "DOMAIN" : "TYPE", object.identity, ""};
  if (object.kind == "constraint") {
    bool const of_domain = get_bool(json::value(*object.attributes), "of a domain");
    return {"CONSTRAINT", parts.part, (of_domain ? "DOMAIN " : "") + parts.whole};
  }
  if (object.kind == "trigger") return {"TRIGGER", parts.part, parts.whole};
  if (object.kind == "rule") return {"RULE", parts.part, parts.whole};
  if (object.kind == "policy") return {"POLICY", parts.part, parts.whole};
  return {};
}

std::string text_of(json::value const* value) {
  if (value == nullptr) return "";
  return value->is_string() ? std::string(value->as_string()) : json::serialize(*value);
}

bool truth_of(json::value const* value) { return value != nullptr && value->is_bool() && value->as_bool(); }

std::set<std::string> listed(json::value const* value) {
  std::set<std::string> result;
  for (auto const& word : split(text_of(value), ',')) {
    if (auto const one = trim(word); !one.empty()) result.emplace(one);
  }
  return result;
}

/// What a right is granted on: "TABLE public.orders".
std::string grant_target(CatalogueObject const& object) {
  static std::map<std::string, std::string, std::less<>> const words = {{"view", "TABLE"},
                                                                        {"materialized view", "TABLE"},
                                                                        {"installed function", "ROUTINE"},
                                                                        {"installed table", "TABLE"},
                                                                        {"installed type", "TYPE"},
                                                                        {"installed schema", "SCHEMA"},
                                                                        {"parameter", "PARAMETER"},
                                                                        {"foreign server", "FOREIGN SERVER"}};
  if (object.kind.ends_with("column")) return "TABLE " + split_identity(object.identity).whole;
  auto const found = words.find(object.kind);
  return (found == words.end() ? address_of(object).keyword : found->second) + " " + object.identity;
}

/// One statement per grant that came or went.
std::string set_grants(CatalogueObject const& object, json::value const* was, json::value const* is) {
  std::string const target = grant_target(object);
  std::string const column =
      object.kind.ends_with("column") ? " (" + split_identity(object.identity).part + ")" : "";
  std::vector<std::string> statements;
  for (auto const& change : grant_changes(was, is, get_string(json::value(*object.attributes), "owner"))) {
    statements.push_back(fmt::format("{} {}{} ON {} {} {}{}", change.give ? "GRANT" : "REVOKE",
                                     change.privilege, column, target, change.give ? "TO" : "FROM",
                                     change.grantee, change.with_option ? " WITH GRANT OPTION" : ""));
  }
  return join(statements, "; ");
}

std::string set_column(CatalogueObject const& object, std::string_view attribute, json::value const* was) {
  std::string const of = get_string(json::value(*object.attributes), "of");
  if (!of.empty() && !(of == "view" && attribute == "default")) return "";  // what it is part of defines it
  auto const parts = split_identity(object.identity);
  std::string const alter = fmt::format("ALTER TABLE {} ALTER COLUMN {} ", parts.whole, parts.part);
  if (attribute == "default")
    return alter + (was == nullptr ? "DROP DEFAULT" : "SET DEFAULT " + text_of(was));
  if (attribute == "nullable") return alter + (truth_of(was) ? "DROP NOT NULL" : "SET NOT NULL");
  if (attribute == "type") return alter + "TYPE " + text_of(was);
  if (attribute == "collation") {
    std::string const type = get_string(json::value(*object.attributes), "type");
    return alter + "TYPE " + type + (was == nullptr ? "" : " COLLATE " + text_of(was));
  }
  if (attribute == "statistics target")
    return alter + "SET STATISTICS " + (was == nullptr ? "-1" : text_of(was));
  if (attribute == "storage") return was == nullptr ? "" : alter + "SET STORAGE " + to_upper(text_of(was));
  if (attribute == "compression")
    return alter + "SET COMPRESSION " + (was == nullptr ? "default" : text_of(was));
  if (attribute == "identity") {
    if (was == nullptr) return alter + "DROP IDENTITY";
    std::string const generated = "GENERATED " + to_upper(text_of(was));
    return alter + "SET " + generated;
  }
  return "";
}

std::string set_options(std::string const& alter, json::value const* was, json::value const* is) {
  std::vector<std::string> reset;
  for (auto const& option : listed(is)) reset.push_back(option.substr(0, option.find('=')));
  std::vector<std::string> statements;
  if (!reset.empty()) statements.push_back(fmt::format("{} RESET ({})", alter, join(reset, ", ")));
  if (was != nullptr) statements.push_back(fmt::format("{} SET ({})", alter, text_of(was)));
  return join(statements, "; ");
}

std::string set_relation(CatalogueObject const& object, std::string_view attribute, json::value const* was,
                         json::value const* is) {
  std::string const alter = fmt::format("ALTER {} {} ", address_of(object).keyword, object.identity);
  if (attribute == "row security")
    return alter + (truth_of(was) ? "ENABLE" : "DISABLE") + " ROW LEVEL SECURITY";
  if (attribute == "forced row security")
    return alter + (truth_of(was) ? "FORCE" : "NO FORCE") + " ROW LEVEL SECURITY";
  if (attribute == "persistence") return alter + (text_of(was) == "unlogged" ? "SET UNLOGGED" : "SET LOGGED");
  if (attribute == "options") return set_options(alter.substr(0, alter.size() - 1), was, is);
  if (attribute == "replica identity" && text_of(was) != "an index")
    return alter + "REPLICA IDENTITY " + to_upper(text_of(was));
  if (attribute == "definition" && object.kind == "view")
    return fmt::format("CREATE OR REPLACE VIEW {} AS {}", object.identity, text_of(was));
  if (attribute == "populated" && truth_of(was)) return "REFRESH MATERIALIZED VIEW " + object.identity;
  std::string const parent = get_string(json::value(*object.attributes), "parents");
  if (attribute == "partition bound" && was != nullptr && is != nullptr && !parent.empty()) {
    return fmt::format("ALTER TABLE {0} DETACH PARTITION {1}; ALTER TABLE {0} ATTACH PARTITION {1} {2}",
                       parent, object.identity, text_of(was));
  }
  if (attribute == "parents" && object.kind == "table" && was != nullptr && is == nullptr) {
    std::string const bound = get_string(json::value(*object.attributes), "partition bound");
    if (bound.empty()) return alter + "INHERIT " + text_of(was);
    return fmt::format("ALTER TABLE {} ATTACH PARTITION {} {}", text_of(was), object.identity, bound);
  }
  return "";
}

std::string set_sequence(CatalogueObject const& object, std::string_view attribute, json::value const* was) {
  static std::map<std::string, std::string, std::less<>> const words = {
      {"increment", "INCREMENT"}, {"minimum", "MINVALUE"}, {"maximum", "MAXVALUE"},
      {"start", "START"},         {"cache", "CACHE"},      {"type", "AS"}};
  std::string const alter = "ALTER SEQUENCE " + object.identity + " ";
  if (attribute == "next value") return alter + "RESTART WITH " + text_of(was);
  if (attribute == "cycle") return alter + (truth_of(was) ? "CYCLE" : "NO CYCLE");
  if (attribute == "owned by") return alter + "OWNED BY " + (was == nullptr ? "NONE" : text_of(was));
  auto const found = words.find(attribute);
  if (found == words.end()) return "";
  // A bound may be out of the range of the type as it is now.
  std::string const type = attribute == "maximum" || attribute == "minimum"
                               ? "AS " + get_string(json::value(*object.attributes), "type") + " "
                               : "";
  return alter + type + found->second + " " + text_of(was);
}

std::string fires(std::string const& how, std::string const& what) {
  if (how == "always") return "ENABLE ALWAYS " + what;
  if (how == "on replicas") return "ENABLE REPLICA " + what;
  return (how == "normally" ? "ENABLE " : "DISABLE ") + what;
}

std::string set_part_of_table(CatalogueObject const& object, std::string_view attribute,
                              json::value const* was) {
  auto const parts = split_identity(object.identity);
  std::string const alter = "ALTER TABLE " + parts.whole + " ";
  if (attribute == "fires" && (object.kind == "trigger" || object.kind == "rule"))
    return alter + fires(text_of(was), to_upper(object.kind) + " " + parts.part);
  if (object.kind == "foreign key trigger") {
    auto const constraint = object.identity.substr(0, object.identity.rfind(' '));
    return fmt::format("ALTER TABLE {} {}", split_identity(constraint).whole,
                       fires(text_of(was), "TRIGGER ALL"));
  }
  if (object.kind == "constraint") {
    bool const domain = get_bool(json::value(*object.attributes), "of a domain");
    std::string const owner = (domain ? "ALTER DOMAIN " : "ALTER TABLE ") + parts.whole;
    if (attribute == "valid" && truth_of(was))
      return fmt::format("{} VALIDATE CONSTRAINT {}", owner, parts.part);
    if (attribute == "definition")
      return fmt::format("{0} DROP CONSTRAINT {1}; {0} ADD CONSTRAINT {1} {2}", owner, parts.part,
                         text_of(was));
  }
  if (attribute == "definition") {
    return fmt::format("DROP {} {} ON {}; {}", to_upper(object.kind), parts.part, parts.whole, text_of(was));
  }
  if (object.kind == "policy") {
    std::string const policy = fmt::format("ALTER POLICY {} ON {} ", parts.part, parts.whole);
    if (attribute == "using" && was != nullptr) return policy + "USING (" + text_of(was) + ")";
    if (attribute == "with check" && was != nullptr) return policy + "WITH CHECK (" + text_of(was) + ")";
    if (attribute == "roles") return policy + "TO " + text_of(was);
  }
  return "";
}

std::string set_index(CatalogueObject const& object, std::string_view attribute, json::value const* was) {
  if (attribute == "definition") return fmt::format("DROP INDEX {}; {}", object.identity, text_of(was));
  if ((attribute == "valid" || attribute == "ready") && truth_of(was))
    return "REINDEX INDEX CONCURRENTLY " + object.identity;
  return "";
}

std::string set_type(CatalogueObject const& object, std::string_view attribute, json::value const* was) {
  std::string const alter = "ALTER DOMAIN " + object.identity + " ";
  if (attribute == "nullable") return alter + (truth_of(was) ? "DROP NOT NULL" : "SET NOT NULL");
  if (attribute == "default")
    return alter + (was == nullptr ? "DROP DEFAULT" : "SET DEFAULT " + text_of(was));
  return "";
}

std::string set_anything(CatalogueObject const& object, std::string_view attribute, json::value const* was) {
  auto const address = address_of(object);
  if (address.keyword.empty()) return "";
  std::string const named =
      address.keyword + " " + address.name + (address.on.empty() ? "" : " ON " + address.on);
  if (attribute == "comment") {
    return fmt::format("COMMENT ON {} IS {}", named,
                       was == nullptr ? "NULL" : postgres::quote_literal(text_of(was)));
  }
  bool const owned = !get_string(json::value(*object.attributes), "owned by").empty();
  if (attribute == "owner" && owned) return "";  // it follows its table
  if (attribute == "owner") return fmt::format("ALTER {} OWNER TO {}", named, text_of(was));
  if (object.kind == "function" && attribute == "definition" && address.keyword != "AGGREGATE")
    return text_of(was);
  if (object.kind == "extension" && attribute == "version")
    return fmt::format("ALTER EXTENSION {} UPDATE TO {}", object.identity,
                       postgres::quote_literal(text_of(was)));
  if (object.kind == "extension" && attribute == "schema")
    return fmt::format("ALTER EXTENSION {} SET SCHEMA {}", object.identity, text_of(was));
  if (object.kind == "extended statistics" && attribute == "target")
    return fmt::format("ALTER STATISTICS {} SET STATISTICS {}", object.identity,
                       was == nullptr ? "-1" : text_of(was));
  return "";
}

}  // namespace

std::vector<GrantChange> grant_changes(json::value const* was, json::value const* is,
                                       std::string const& owner) {
  auto const old_grants = listed(was);
  auto const new_grants = listed(is);
  std::vector<GrantChange> changes;
  auto const add = [&changes](std::string const& grant, bool give) {
    auto const colon = grant.rfind(':');
    std::string privilege = grant.substr(colon + 1);
    bool const option = privilege.ends_with('*');
    if (option) privilege.pop_back();
    changes.push_back({std::move(privilege), grant.substr(0, colon), give, give && option});
  };
  for (auto const& grant : new_grants) {
    if (!old_grants.contains(grant)) add(grant, false);
  }
  bool const moved = !owner.empty() && std::ranges::any_of(old_grants, [&](std::string const& grant) {
    return grant.starts_with(owner + ":") && !new_grants.contains(grant);
  });
  for (auto const& grant : old_grants) {
    if (moved || !new_grants.contains(grant)) add(grant, true);
  }
  return changes;
}

std::string set_back(CatalogueObject const& before, std::string_view attribute, json::value const* was,
                     json::value const* is) {
  auto const& kind = before.kind;
  std::string special = set_back_in_database(before, attribute, was, is);
  if (attribute == "grants" && special.empty() && kind != "default privileges" && kind != "database")
    return set_grants(before, was, is);
  if (kind == "column") special = set_column(before, attribute, was);
  if (kind == "table" || kind == "view" || kind == "materialized view")
    special = set_relation(before, attribute, was, is);
  if (kind == "sequence") special = set_sequence(before, attribute, was);
  if (kind == "index") special = set_index(before, attribute, was);
  if (kind == "type") special = set_type(before, attribute, was);
  if (kind == "constraint" || kind == "trigger" || kind == "foreign key trigger" || kind == "rule" ||
      kind == "policy") {
    bool const general = attribute == "comment" || attribute == "owner";
    if (!general) special = set_part_of_table(before, attribute, was);
  }
  return special.empty() ? set_anything(before, attribute, was) : special;
}

}  // namespace pgdrill::probes
