// DDL that leads back what belongs to the whole database or server. The name of the database is that of the
// one in which it runs: a restored copy may have another.
#include <fmt/format.h>

#include <set>

#include "harness/base/text.hpp"
#include "harness/postgres/connection.hpp"
#include "probes/fingerprint_snapshot.hpp"

namespace pgdrill::probes {

namespace {

std::string text_of(json::value const* value) {
  if (value == nullptr) return "";
  return value->is_string() ? std::string(value->as_string()) : json::serialize(*value);
}

std::string attribute_of(CatalogueObject const& object, std::string_view name) {
  return text_of(object.attributes->if_contains(name));
}

bool is_true(CatalogueObject const& object, std::string_view name) {
  return attribute_of(object, name) == "true";
}

/// @param statement holds the place of the database's name as {}
std::string in_this_database(std::string const& before, std::string const& after) {
  std::string format = before + "\x01" + after;
  std::string escaped;
  for (char const c : format) {
    if (c == '%') escaped += '%';
    if (c == '\x01') escaped += "%I";
    if (c != '\x01') escaped += c;
  }
  return fmt::format("DO $mend$ BEGIN EXECUTE format({}, current_database()); END $mend$",
                     postgres::quote_literal(escaped));
}

// Roles.

constexpr std::pair<char const*, char const*> role_options[] = {{"superuser", "SUPERUSER"},
                                                                {"inherits", "INHERIT"},
                                                                {"creates roles", "CREATEROLE"},
                                                                {"creates databases", "CREATEDB"},
                                                                {"logs in", "LOGIN"},
                                                                {"replicates", "REPLICATION"},
                                                                {"bypasses row security", "BYPASSRLS"}};

/// "reader, writer*": those that came or went, one statement each; empty when PostgreSQL has more to say of
/// one.
std::string set_membership(std::string const& role, std::string const& was, std::string const& is) {
  if ((was + is).find(" without ") != std::string::npos) return "";
  auto const words = [](std::string const& text) {
    std::set<std::string> result;
    for (auto const& word : split(text, ',')) {
      if (auto const one = trim(word); !one.empty()) result.emplace(one);
    }
    return result;
  };
  auto const plain = [](std::string word) {
    return word.ends_with('*') ? word.substr(0, word.size() - 1) : word;
  };
  std::vector<std::string> statements;
  for (auto const& one : words(is))
    if (!words(was).contains(one)) statements.push_back(fmt::format("REVOKE {} FROM {}", plain(one), role));
  for (auto const& one : words(was)) {
    if (words(is).contains(one)) continue;
    statements.push_back(
        fmt::format("GRANT {} TO {}{}", plain(one), role, one.ends_with('*') ? " WITH ADMIN OPTION" : ""));
  }
  return join(statements, "; ");
}

std::string make_role(CatalogueObject const& role) {
  std::string text = "CREATE ROLE " + role.identity;
  for (auto const& [name, word] : role_options)
    text += fmt::format(" {}{}", is_true(role, name) ? "" : "NO", word);
  if (auto const most = attribute_of(role, "connection limit"); !most.empty())
    text += " CONNECTION LIMIT " + most;
  if (auto const until = attribute_of(role, "valid until"); !until.empty())
    text += " VALID UNTIL " + postgres::quote_literal(until);
  if (auto const groups = set_membership(role.identity, attribute_of(role, "member of"), ""); !groups.empty())
    text += "; " + groups;
  return text;
}

std::string set_role(CatalogueObject const& role, std::string_view attribute, json::value const* was,
                     json::value const* is) {
  std::string const alter = "ALTER ROLE " + role.identity + " ";
  if (attribute == "connection limit")
    return alter + "CONNECTION LIMIT " + (was == nullptr ? "-1" : text_of(was));
  if (attribute == "valid until")
    return alter + "VALID UNTIL " + postgres::quote_literal(was == nullptr ? "infinity" : text_of(was));
  if (attribute == "member of") return set_membership(role.identity, text_of(was), text_of(is));
  for (auto const& [name, word] : role_options) {
    if (attribute == name) return alter + (text_of(was) == "true" ? "" : "NO") + word;
  }
  return "";
}

// Settings by database and role.

/// The statement that begins with ALTER, with what is to be done.
std::string alter_setting(CatalogueObject const& setting, std::string const& action) {
  std::string_view const who = setting.identity;
  constexpr std::string_view everywhere = " everywhere";
  constexpr std::string_view here = " in this database";
  if (who == "this database") return in_this_database("ALTER DATABASE ", " " + action);
  if (who == "all roles everywhere") return "ALTER ROLE ALL " + action;
  if (who.ends_with(everywhere))
    return fmt::format("ALTER ROLE {} {}", who.substr(0, who.size() - everywhere.size()), action);
  return in_this_database(fmt::format("ALTER ROLE {} IN DATABASE ", who.substr(0, who.size() - here.size())),
                          " " + action);
}

std::string set_to(std::string_view name, std::string const& value) {
  // Lists of names are stored as they are written, quoted one by one.
  static std::set<std::string_view> const lists = {"search_path",
                                                   "session_preload_libraries",
                                                   "temp_tablespaces",
                                                   "local_preload_libraries",
                                                   "unix_socket_directories",
                                                   "shared_preload_libraries"};
  return fmt::format("SET {} TO {}", name, lists.contains(name) ? value : postgres::quote_literal(value));
}

std::string make_setting(CatalogueObject const& setting) {
  std::vector<std::string> statements;
  for (auto const& entry : *setting.attributes)
    statements.push_back(alter_setting(setting, set_to(entry.key(), text_of(&entry.value()))));
  return join(statements, "; ");
}

// Rights on the database, and those that new objects get.

std::string set_database_grants(CatalogueObject const& object, json::value const* was,
                                json::value const* is) {
  std::vector<std::string> statements;
  for (auto const& change : grant_changes(was, is, attribute_of(object, "owner"))) {
    statements.push_back(in_this_database(
        fmt::format("{} {} ON DATABASE ", change.give ? "GRANT" : "REVOKE", change.privilege),
        fmt::format(" {} {}{}", change.give ? "TO" : "FROM", change.grantee,
                    change.with_option ? " WITH GRANT OPTION" : "")));
  }
  return join(statements, "; ");
}

std::string set_default_grants(CatalogueObject const& object, json::value const* was, json::value const* is) {
  std::string const schema = attribute_of(object, "in schema");
  std::vector<std::string> statements;
  for (auto const& change : grant_changes(was, is, "")) {
    statements.push_back(fmt::format(
        "ALTER DEFAULT PRIVILEGES FOR ROLE {}{} {} {} ON {} {} {}{}", attribute_of(object, "for role"),
        schema.empty() ? "" : " IN SCHEMA " + schema, change.give ? "GRANT" : "REVOKE", change.privilege,
        attribute_of(object, "on"), change.give ? "TO" : "FROM", change.grantee,
        change.with_option ? " WITH GRANT OPTION" : ""));
  }
  return join(statements, "; ");
}

// Publications, subscriptions, event triggers.

std::string published_actions(CatalogueObject const& publication) {
  std::vector<std::string> actions;
  for (auto const* action : {"insert", "update", "delete", "truncate"})
    if (is_true(publication, action)) actions.emplace_back(action);
  return "publish = " + postgres::quote_literal(join(actions, ", "));
}

/// "TABLE a, b, TABLES IN SCHEMA s"; empty for none.
std::string published_objects(CatalogueObject const& publication) {
  std::vector<std::string> parts;
  if (auto const tables = attribute_of(publication, "tables"); !tables.empty())
    parts.push_back("TABLE " + tables);
  if (auto const schemas = attribute_of(publication, "schemas"); !schemas.empty())
    parts.push_back("TABLES IN SCHEMA " + schemas);
  return join(parts, ", ");
}

std::string make_publication(CatalogueObject const& publication) {
  std::string const objects = published_objects(publication);
  return fmt::format("CREATE PUBLICATION {}{} WITH ({}, publish_via_partition_root = {})",
                     publication.identity,
                     is_true(publication, "all tables") ? " FOR ALL TABLES"
                     : objects.empty()                  ? ""
                                                        : " FOR " + objects,
                     published_actions(publication), attribute_of(publication, "via root"));
}

std::string set_publication(CatalogueObject const& publication, std::string_view attribute) {
  std::string const alter = "ALTER PUBLICATION " + publication.identity + " SET ";
  if (attribute == "insert" || attribute == "update" || attribute == "delete" || attribute == "truncate")
    return alter + "(" + published_actions(publication) + ")";
  if (attribute == "via root")
    return alter + "(publish_via_partition_root = " + attribute_of(publication, "via root") + ")";
  auto const objects = published_objects(publication);
  if ((attribute == "tables" || attribute == "schemas") && !objects.empty()) return alter + objects;
  return "";
}

std::string fires(std::string const& how) {
  if (how == "always") return "ENABLE ALWAYS";
  if (how == "on replicas") return "ENABLE REPLICA";
  return how == "normally" ? "ENABLE" : "DISABLE";
}

std::string make_event_trigger(CatalogueObject const& trigger) {
  std::vector<std::string> tags;
  for (auto const& tag : split(attribute_of(trigger, "tags"), ','))
    if (auto const one = trim(tag); !one.empty()) tags.push_back(postgres::quote_literal(one));
  std::string const how = attribute_of(trigger, "fires");
  return fmt::format(
      "CREATE EVENT TRIGGER {} ON {}{} EXECUTE FUNCTION {}(){}", trigger.identity,
      attribute_of(trigger, "event"), tags.empty() ? "" : " WHEN TAG IN (" + join(tags, ", ") + ")",
      attribute_of(trigger, "function"),
      how == "normally" ? "" : fmt::format("; ALTER EVENT TRIGGER {} {}", trigger.identity, fires(how)));
}

}  // namespace

std::string make_in_database(CatalogueObject const& object) {
  if (object.kind == "role") return make_role(object);
  if (object.kind == "setting") return make_setting(object);
  if (object.kind == "publication") return make_publication(object);
  if (object.kind == "event trigger") return make_event_trigger(object);
  if (object.kind != "default privileges") return "";
  return set_default_grants(object, object.attributes->if_contains("grants"),
                            object.attributes->if_contains("grants without it"));
}

std::string drop_in_database(CatalogueObject const& object) {
  if (object.kind == "setting") return alter_setting(object, "RESET ALL");
  if (object.kind == "subscription") {
    // Without its slot's name: the other server is not asked.
    return fmt::format(
        "ALTER SUBSCRIPTION {0} DISABLE; ALTER SUBSCRIPTION {0} SET (slot_name = NONE); DROP SUBSCRIPTION "
        "{0}",
        object.identity);
  }
  if (object.kind != "default privileges") return "";
  return set_default_grants(object, object.attributes->if_contains("grants without it"),
                            object.attributes->if_contains("grants"));
}

std::string set_back_in_database(CatalogueObject const& before, std::string_view attribute,
                                 json::value const* was, json::value const* is) {
  auto const& kind = before.kind;
  if (kind == "role") return set_role(before, attribute, was, is);
  if (kind == "setting")
    return alter_setting(
        before, was == nullptr ? fmt::format("RESET {}", attribute) : set_to(attribute, text_of(was)));
  if (kind == "database" && attribute == "grants") return set_database_grants(before, was, is);
  if (kind == "default privileges" && attribute == "grants") return set_default_grants(before, was, is);
  if (kind == "publication") return set_publication(before, attribute);
  if (kind == "event trigger" && attribute == "fires")
    return fmt::format("ALTER EVENT TRIGGER {} {}", before.identity, fires(text_of(was)));
  if (kind == "subscription" && attribute == "enabled")
    return fmt::format("ALTER SUBSCRIPTION {} {}", before.identity,
                       text_of(was) == "true" ? "ENABLE" : "DISABLE");
  return "";
}

}  // namespace pgdrill::probes
