// Changesets in Liquibase's changelogs: formatted SQL, XML, YAML and JSON.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "harness/migrations/history/tool.hpp"

namespace pgdrill::migrations {

/// Identity of a changeset: path of the changelog, id and author.
struct ChangesetName {
  std::string path;
  std::string id;
  std::string author;
};

/// "db/changelog.xml::1::anna", as Liquibase itself writes it.
[[nodiscard]] std::string changeset_version(std::string_view path, std::string_view id,
                                            std::string_view author);
[[nodiscard]] ChangesetName split_changeset_version(std::string_view version);

/// The changesets of all changelogs among files; what is no changelog is passed over.
[[nodiscard]] std::vector<MigrationFile> liquibase_files(std::vector<SourceFile> const& sources);

}  // namespace pgdrill::migrations
