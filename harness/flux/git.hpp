// A clone of the repository that Flux follows, in a temporary directory: commit, revert, push.
#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/scratch_directory.hpp"
#include "harness/base/task.hpp"

namespace pgdrill::flux {

/// What temporary directories of clones are called, before "-" and some letters.
inline constexpr std::string_view clone_prefix = "pgdrill-clone";

struct Repository {
  std::string url;  ///< as git takes it; may hold credentials, so print `without_credentials(url)`
  std::string branch = "main";
  Duration deadline = std::chrono::seconds(30);  ///< for each call of git
};

/// A file to be written, relative to the root of the repository.
struct FileChange {
  std::filesystem::path path;
  std::string content;
};

struct Pushed {
  std::string commit;    ///< the branch's new head
  std::string parent;    ///< the head before it
  bool rebased = false;  ///< somebody else had pushed meanwhile: ours was put on top of theirs
};

/// A clone; its directory goes when it is destroyed.
class WorkTree {
 public:
  /// A shallow clone of the branch. Errors as run_git's, `where` names the repository.
  [[nodiscard]] static Task<Result<std::unique_ptr<WorkTree>>> clone(Repository repository);

  [[nodiscard]] std::filesystem::path const& directory() const { return directory_->path(); }
  [[nodiscard]] Task<Result<std::string>> head();
  /// Content of a file of the work tree; not_found when there is none.
  [[nodiscard]] Result<std::string> read(std::filesystem::path const& path) const;

  /// Writes the files and commits them; `invalid` when that changes nothing. Returns the commit.
  [[nodiscard]] Task<Result<std::string>> commit(std::vector<FileChange> files, std::string message);
  /// Commits the inverse of a commit (`git revert`); fetches older history when the commit is not in the
  /// clone yet. Errors: not_found, conflict (git's words; the work tree is as before).
  [[nodiscard]] Task<Result<std::string>> revert(std::string commit);
  /// The newest commit of the branch whose message has the line; not when there is none in the whole history.
  [[nodiscard]] Task<Result<std::optional<std::string>>> find_by_message_line(std::string line);
  /// Whether the branch holds a revert of the commit ("This reverts commit <sha>").
  [[nodiscard]] Task<Result<bool>> reverted(std::string commit);

  /// Pushes what was committed. When the branch has moved meanwhile: fetches, rebases and tries once more,
  /// and says so. Errors: refused with git's words when that is rejected too; conflict when the rebase does
  /// not apply.
  [[nodiscard]] Task<Result<Pushed>> push();

 private:
  WorkTree(Repository repository, std::unique_ptr<ScratchDirectory> directory);
  [[nodiscard]] Task<Result<std::string>> git(std::vector<std::string> arguments);
  [[nodiscard]] Task<Result<>> deepen();
  [[nodiscard]] Task<Result<>> rebase();
  [[nodiscard]] Task<Result<std::string>> try_push();

  Repository repository_;
  std::unique_ptr<ScratchDirectory> directory_;
  bool shallow_ = true;
};

}  // namespace pgdrill::flux
