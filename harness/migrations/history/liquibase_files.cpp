#include "harness/migrations/history/liquibase_files.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <pugixml.hpp>

#include "harness/base/text.hpp"

namespace pgdrill::migrations {

namespace {

using Files = std::vector<MigrationFile>;

void add(SourceFile const& source, std::string_view logical_path, std::string_view id,
         std::string_view author, Files& into) {
  std::string_view const path = logical_path.empty() ? std::string_view(source.path) : logical_path;
  if (id.empty() || author.empty()) return;
  into.push_back(
      {.version = changeset_version(path, id, author), .name = std::string(id), .path = source.path});
}

/// A changeset of formatted SQL while its lines are read.
struct SqlChangeset {
  std::string id;
  std::string author;
  std::string attributes;
  std::string body;        ///< without white space, which the checksum does not see
  bool computable = true;  ///< false where Liquibase changes the text before it computes
};

/// Checksums of version 9 (Liquibase 4.22 and later) for a changeset of one SQL change.
std::string checksum_of(SqlChangeset const& changeset) {
  if (!changeset.computable) return {};
  return "9:" + digest_hex("md5", "9:" + digest_hex("md5", changeset.body) + ":");
}

void finish(SourceFile const& source, std::optional<SqlChangeset>& changeset, Files& into) {
  if (!changeset) return;
  std::size_t const before = into.size();
  add(source, "", changeset->id, changeset->author, into);
  if (into.size() > before) {
    into.back().checksum = checksum_of(*changeset);
    std::string const attributes = lower_case(changeset->attributes);
    bool const again = attributes.find("runonchange:true") != std::string::npos ||
                       attributes.find("runalways:true") != std::string::npos;
    if (again) into.back().kind = MigrationFile::Kind::repeatable;
  }
  changeset.reset();
}

/// A comment that speaks to Liquibase is no part of the statements.
void add_line(SqlChangeset& changeset, std::string_view line, std::string_view directive) {
  for (std::string_view const word : {"rollback", "comment", "preconditions", "precondition-", "property"}) {
    if (directive.starts_with(word)) return;
  }
  bool const changes_text = directive.starts_with("validchecksum") || directive.starts_with("ignorelines") ||
                            directive.starts_with("ignore:") || line.find("${") != std::string_view::npos ||
                            lower_case(line).find("/* liquibase rollback") != std::string::npos;
  if (changes_text) changeset.computable = false;
  for (char const c : line) {
    if (c != ' ' && c != '\t' && c != '\r') changeset.body += c;
  }
}

/// "author:id attributes", where author and id may be quoted.
std::optional<SqlChangeset> begin_changeset(std::string_view line) {
  auto const colon = line.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view const rest = line.substr(colon + 1);
  std::size_t const end = std::min(rest.find_first_of(" \t"), rest.size());
  auto const unquoted = [](std::string_view text) {
    if (text.size() > 1 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
    return std::string(text);
  };
  return SqlChangeset{.id = unquoted(rest.substr(0, end)),
                      .author = unquoted(line.substr(0, colon)),
                      .attributes = std::string(rest.substr(end))};
}

/// "--liquibase formatted sql", then "--changeset author:id attributes".
/// https://docs.liquibase.com/concepts/changelogs/sql-format.html
void read_sql(SourceFile const& source, Files& into) {
  bool formatted = false;
  std::optional<SqlChangeset> changeset;
  for (std::string const& line : split(source.content, '\n')) {
    std::string_view directive = trim(line);
    directive = directive.starts_with("--") ? trim(directive.substr(2)) : std::string_view();
    std::string const word = lower_case(directive);
    if (word.starts_with("liquibase formatted sql")) formatted = true;
    if (formatted && word.starts_with("changeset ")) {
      finish(source, changeset, into);
      changeset = begin_changeset(trim(directive.substr(10)));
    } else if (changeset) {
      add_line(*changeset, line, word);
    }
  }
  finish(source, changeset, into);
}

void read_xml(SourceFile const& source, Files& into) {
  pugi::xml_document document;
  if (!document.load_buffer(source.content.data(), source.content.size())) return;
  pugi::xml_node const root = document.child("databaseChangeLog");
  std::string_view const of_file = root.attribute("logicalFilePath").as_string();
  for (pugi::xml_node const changeset : root.children("changeSet")) {
    std::string_view path = changeset.attribute("logicalFilePath").as_string();
    if (path.empty()) path = of_file;
    add(source, path, changeset.attribute("id").as_string(), changeset.attribute("author").as_string(), into);
  }
}

/// JSON is YAML.
void read_yaml(SourceFile const& source, Files& into) {
  try {
    YAML::Node const log = YAML::Load(source.content)["databaseChangeLog"];
    if (!log || !log.IsSequence()) return;
    for (YAML::Node const& entry : log) {
      if (!entry.IsMap() || !entry["changeSet"] || !entry["changeSet"].IsMap()) continue;
      YAML::Node const changeset = entry["changeSet"];
      add(source, changeset["logicalFilePath"].as<std::string>(""), changeset["id"].as<std::string>(""),
          changeset["author"].as<std::string>(""), into);
    }
  } catch (YAML::Exception const&) {
    // Not a changelog: other YAML may lie beside it.
  }
}

}  // namespace

std::string changeset_version(std::string_view path, std::string_view id, std::string_view author) {
  return std::string(path).append("::").append(id).append("::").append(author);
}

ChangesetName split_changeset_version(std::string_view version) {
  auto const first = version.find("::");
  auto const last = version.rfind("::");
  if (first == std::string_view::npos || last == first)
    return {.path = "", .id = std::string(version), .author = ""};
  return {.path = std::string(version.substr(0, first)),
          .id = std::string(version.substr(first + 2, last - first - 2)),
          .author = std::string(version.substr(last + 2))};
}

Files liquibase_files(std::vector<SourceFile> const& sources) {
  Files found;
  for (SourceFile const& source : sources) {
    std::string_view const name = source.file_name();
    if (name.ends_with(".sql")) read_sql(source, found);
    if (name.ends_with(".xml")) read_xml(source, found);
    if (name.ends_with(".yaml") || name.ends_with(".yml") || name.ends_with(".json"))
      read_yaml(source, found);
  }
  return found;
}

}  // namespace pgdrill::migrations
