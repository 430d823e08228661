// Files as they stand in a revision of a Git repository, without touching the repository or its work tree.
#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "harness/base/scratch_directory.hpp"
#include "harness/base/task.hpp"

namespace pgdrill::flux {

/// "REPO@REVISION:PATH"
struct RevisionPath {
  std::string repository;  ///< a directory in a repository, or a URL as git takes it
  std::string revision;    ///< whatever git calls a commit: branch, tag, SHA, "main~2"
  std::string path;        ///< from the top of the repository; empty for all of it

  [[nodiscard]] std::string text() const;  ///< without credentials
};

/// Nothing when the text has not this form. Without REPO the repository is that of the working directory.
[[nodiscard]] std::optional<RevisionPath> parse_revision_path(std::string_view text);

/// The files below a path in a revision; their directory goes when it is destroyed.
class RevisionFiles {
 public:
  /// Symbolic links become files that hold their target. Errors: not_found (no repository, revision or path
  /// of that name), else as run_git's.
  [[nodiscard]] static Task<Result<std::unique_ptr<RevisionFiles>>> read(RevisionPath from);

  /// Holds what is below the path; or, when the path is a file, that file alone.
  [[nodiscard]] std::filesystem::path root() const { return directory_->path() / "files"; }

 private:
  RevisionFiles(RevisionPath from, std::unique_ptr<ScratchDirectory> directory);
  [[nodiscard]] Task<Result<std::string>> git(std::vector<std::string> arguments);
  [[nodiscard]] Task<Result<>> find_repository();
  [[nodiscard]] Task<Result<>> check_out();
  [[nodiscard]] Error missing(std::string why) const;

  RevisionPath from_;
  std::unique_ptr<ScratchDirectory> directory_;
  std::string git_directory_;
};

}  // namespace pgdrill::flux
