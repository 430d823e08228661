// What --migrations names: a folder, or a path in a Git revision.
#pragma once
#include "harness/migrations/audit/audit.hpp"

namespace pgdrill::cli {

/// "PATH" or "REPO@REVISION:PATH", with "TOOL=" or "SCHEMA.TABLE=" before it when it is for one history. A
/// path that is there is a path, whatever it looks like. Files of a revision are read here and now; errors as
/// RevisionFiles::read.
[[nodiscard]] Task<Result<migrations::MigrationFolder>> migration_folder(std::string text);

}  // namespace pgdrill::cli
