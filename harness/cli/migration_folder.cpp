#include "harness/cli/migration_folder.hpp"

#include "harness/flux/git_revision.hpp"
#include "harness/migrations/history/source.hpp"

namespace pgdrill::cli {

namespace {

bool exists(std::string const& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

/// Messages name files as git does; the temporary directory that they were read from is gone by then.
void name_as_git_does(std::vector<migrations::SourceFile>& files, flux::RevisionPath const& from,
                      std::filesystem::path const& root) {
  std::string const below = root.generic_string() + "/";
  for (migrations::SourceFile& file : files) {
    std::string path = from.path;
    std::string const inside = file.path.substr(below.size());
    // The path may be a file itself.
    if (path != inside) path += (path.empty() ? "" : "/") + inside;
    flux::RevisionPath const named{from.repository, from.revision,
                                   path.find('/') == std::string::npos ? "./" + path : path};
    file.path = named.text();
  }
}

Task<Result<std::vector<migrations::SourceFile>>> files_of(flux::RevisionPath from) {
  CO_TRY(std::unique_ptr<flux::RevisionFiles> const checked_out, co_await flux::RevisionFiles::read(from));
  CO_TRY(std::vector<migrations::SourceFile> files, migrations::read_sources(checked_out->root()));
  name_as_git_does(files, from, checked_out->root());
  co_return files;
}

}  // namespace

Task<Result<migrations::MigrationFolder>> migration_folder(std::string text) {
  migrations::MigrationFolder folder{"", text};
  auto const equals = text.find('=');
  if (equals != std::string::npos && !exists(text))
    folder = {text.substr(0, equals), text.substr(equals + 1)};
  if (exists(folder.path.string())) co_return folder;
  std::optional<flux::RevisionPath> const from = flux::parse_revision_path(folder.path.string());
  if (!from) co_return folder;
  CO_TRY(folder.files, co_await files_of(*from));
  co_return folder;
}

}  // namespace pgdrill::cli
