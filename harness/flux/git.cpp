#include "harness/flux/git.hpp"

#include <fstream>

#include "harness/base/files.hpp"
#include "harness/base/text.hpp"
#include "harness/flux/git_command.hpp"

namespace pgdrill::flux {

namespace {

/// Enough for a revert of what was committed some minutes ago; `deepen` fetches the rest when it is not.
constexpr std::string_view shallow_depth = "20";

bool branch_moved(Error const& error) {
  for (std::string_view const words : {"fetch first", "non-fast-forward", "cannot lock ref", "stale info"}) {
    if (error.why.find(words) != std::string::npos) return true;
  }
  return false;
}

Result<> write_below(std::filesystem::path const& root, FileChange const& change) {
  std::filesystem::path const path = change.path.lexically_normal();
  if (path.is_absolute() || path.empty() || *path.begin() == "..") {
    return fail({.kind = ErrorKind::invalid,
                 .what = "cannot write into the repository",
                 .where = change.path.string(),
                 .why = "the path leads out of the repository"});
  }
  std::error_code problem;
  std::filesystem::create_directories((root / path).parent_path(), problem);
  std::ofstream file(root / path, std::ios::binary | std::ios::trunc);
  file << change.content;
  file.close();
  if (!file) return fail({.kind = ErrorKind::io, .what = "cannot write a file", .where = path.string()});
  return {};
}

}  // namespace

WorkTree::WorkTree(Repository repository, std::unique_ptr<ScratchDirectory> directory)
    : repository_(std::move(repository)), directory_(std::move(directory)) {}

Task<Result<std::string>> WorkTree::git(std::vector<std::string> arguments) {
  Result<std::string> output = co_await run_git({.arguments = std::move(arguments),
                                                 .directory = directory(),
                                                 .set_env = {},
                                                 .deadline = repository_.deadline});
  if (!output) output.error().where = without_credentials(repository_.url) + " (" + repository_.branch + ")";
  co_return output;
}

Task<Result<std::unique_ptr<WorkTree>>> WorkTree::clone(Repository repository) {
  CO_TRY(std::unique_ptr<ScratchDirectory> directory, ScratchDirectory::make(clone_prefix));
  std::unique_ptr<WorkTree> tree(new WorkTree(std::move(repository), std::move(directory)));
  std::vector<std::string> arguments = {"clone",
                                        "--quiet",
                                        "--depth",
                                        std::string(shallow_depth),
                                        "--single-branch",
                                        "--branch",
                                        tree->repository_.branch,
                                        "--",
                                        tree->repository_.url,
                                        tree->directory().string()};
  CO_TRY_VOID(co_await tree->git(std::move(arguments)));
  co_return tree;
}

Task<Result<std::string>> WorkTree::head() {
  std::vector<std::string> arguments = {"rev-parse", "HEAD"};
  co_return co_await git(std::move(arguments));
}

Result<std::string> WorkTree::read(std::filesystem::path const& path) const {
  if (!std::filesystem::exists(directory() / path)) {
    return fail({.kind = ErrorKind::not_found,
                 .what = "no such file in the repository",
                 .where = without_credentials(repository_.url) + ": " + path.string()});
  }
  return read_file(directory() / path);
}

Task<Result<std::string>> WorkTree::commit(std::vector<FileChange> files, std::string message) {
  std::vector<std::string> add = {"add", "--"};
  for (FileChange const& file : files) {
    CO_TRY_VOID(write_below(directory(), file));
    add.push_back(file.path.lexically_normal().string());
  }
  CO_TRY_VOID(co_await git(std::move(add)));
  std::vector<std::string> difference = {"diff", "--cached", "--name-only"};
  CO_TRY(std::string const changed, co_await git(std::move(difference)));
  if (changed.empty()) {
    co_return fail({.kind = ErrorKind::invalid,
                    .what = "nothing to commit",
                    .where = without_credentials(repository_.url) + " (" + repository_.branch + ")",
                    .why = "the repository already holds these files with this content"});
  }
  std::vector<std::string> record = {"commit", "--quiet", "--message", std::move(message)};
  CO_TRY_VOID(co_await git(std::move(record)));
  co_return co_await head();
}

Task<Result<>> WorkTree::deepen() {
  if (!shallow_) co_return Result<>();
  std::vector<std::string> arguments = {"rev-parse", "--is-shallow-repository"};
  CO_TRY(std::string const shallow, co_await git(std::move(arguments)));
  if (shallow == "true") {
    std::vector<std::string> fetch = {"fetch", "--quiet", "--unshallow", "origin", repository_.branch};
    CO_TRY_VOID(co_await git(std::move(fetch)));
  }
  shallow_ = false;
  co_return Result<>();
}

Task<Result<std::string>> WorkTree::revert(std::string commit) {
  // The parent must be there too, else the commit looks like one that adds all files.
  std::vector<std::string> known = {"cat-file", "-e", commit + "^^{commit}"};
  Result<std::string> const in_clone = co_await git(known);
  if (!in_clone) CO_TRY_VOID(co_await deepen());
  Result<std::string> const in_history = co_await git(known);
  if (!in_history) {
    co_return fail({.kind = ErrorKind::not_found,
                    .what = "cannot revert commit " + commit,
                    .where = without_credentials(repository_.url) + " (" + repository_.branch + ")",
                    .why = in_history.error().why});
  }
  std::vector<std::string> arguments = {"revert", "--no-edit", commit};
  Result<std::string> const done = co_await git(std::move(arguments));
  if (!done) {
    std::vector<std::string> abort = {"revert", "--abort"};
    Result<std::string> const aborted = co_await git(std::move(abort));
    static_cast<void>(aborted);  // there is nothing to abort when git refused at once
    Error error = done.error();
    if (error.kind == ErrorKind::io) error.kind = ErrorKind::conflict;
    error.what = "cannot revert commit " + commit;
    co_return fail(std::move(error));
  }
  co_return co_await head();
}

Task<Result<std::optional<std::string>>> WorkTree::find_by_message_line(std::string line) {
  CO_TRY_VOID(co_await deepen());
  std::vector<std::string> arguments = {"log", "--format=%H %B%x00", "--fixed-strings", "--grep=" + line};
  CO_TRY(std::string const log, co_await git(std::move(arguments)));
  for (std::string const& entry : split(log, '\0')) {
    std::string_view const text = trim(entry);
    std::size_t const space = text.find(' ');
    if (space == std::string_view::npos) continue;
    for (std::string const& candidate : split(text.substr(space + 1), '\n')) {
      if (trim(candidate) == line) co_return std::optional<std::string>(text.substr(0, space));
    }
  }
  co_return std::optional<std::string>();
}

Task<Result<bool>> WorkTree::reverted(std::string commit) {
  CO_TRY_VOID(co_await deepen());
  std::vector<std::string> arguments = {"log", "--format=%H", "--fixed-strings",
                                        "--grep=This reverts commit " + commit};
  CO_TRY(std::string const log, co_await git(std::move(arguments)));
  co_return !log.empty();
}

Task<Result<std::string>> WorkTree::try_push() {
  std::vector<std::string> arguments = {"push", "origin", "HEAD:refs/heads/" + repository_.branch};
  co_return co_await git(std::move(arguments));
}

Task<Result<>> WorkTree::rebase() {
  std::vector<std::string> fetch = {"fetch", "--quiet", "origin", repository_.branch};
  CO_TRY_VOID(co_await git(std::move(fetch)));
  std::vector<std::string> arguments = {"rebase", "--quiet", "FETCH_HEAD"};
  Result<std::string> const done = co_await git(std::move(arguments));
  if (done) co_return Result<>();
  std::vector<std::string> abort = {"rebase", "--abort"};
  Result<std::string> const aborted = co_await git(std::move(abort));
  static_cast<void>(aborted);
  Error error = done.error();
  error.kind = ErrorKind::conflict;
  error.what = "the branch has moved, and our commit does not apply on top of it";
  co_return fail(std::move(error));
}

Task<Result<Pushed>> WorkTree::push() {
  Pushed pushed;
  Result<std::string> sent = co_await try_push();
  if (!sent && branch_moved(sent.error())) {
    CO_TRY_VOID(co_await rebase());
    pushed.rebased = true;
    sent = co_await try_push();
  }
  if (!sent) co_return tl::make_unexpected(sent.error());
  CO_TRY(pushed.commit, co_await head());
  std::vector<std::string> arguments = {"rev-parse", "HEAD^"};
  CO_TRY(pushed.parent, co_await git(std::move(arguments)));
  co_return pushed;
}

}  // namespace pgdrill::flux
