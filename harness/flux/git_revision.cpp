#include "harness/flux/git_revision.hpp"

#include "harness/flux/git.hpp"
#include "harness/flux/git_command.hpp"

namespace pgdrill::flux {

namespace {

bool is_directory(std::string const& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored);
}

/// As git tells them apart: a scheme, or HOST:PATH.
bool is_url(std::string const& repository) {
  return repository.find("://") != std::string::npos || repository.find(':') != std::string::npos;
}

}  // namespace

std::string RevisionPath::text() const {
  return without_credentials(repository) + "@" + revision + ":" + path;
}

std::optional<RevisionPath> parse_revision_path(std::string_view text) {
  // The last '@' that a ':' follows: user@host:path stands before it, and a path may hold one
  // ("@scope/package").
  // '@{' belongs to a revision ("main@{yesterday}").
  for (std::size_t at = text.rfind('@'); at != std::string_view::npos;
       at = at == 0 ? std::string_view::npos : text.rfind('@', at - 1)) {
    std::size_t const colon = text.find(':', at);
    if (colon == std::string_view::npos || colon == at + 1 || text[at + 1] == '{') continue;
    std::string_view path = text.substr(colon + 1);
    while (path.ends_with('/')) path.remove_suffix(1);
    return RevisionPath{std::string(text.substr(0, at)), std::string(text.substr(at + 1, colon - at - 1)),
                        std::string(path)};
  }
  return std::nullopt;
}

RevisionFiles::RevisionFiles(RevisionPath from, std::unique_ptr<ScratchDirectory> directory)
    : from_(std::move(from)), directory_(std::move(directory)) {}

Error RevisionFiles::missing(std::string why) const {
  return {.kind = ErrorKind::not_found,
          .what = "cannot read the files of a Git revision",
          .where = from_.text(),
          .why = std::move(why),
          .todo =
              "write REPO@REVISION:PATH: a repository's directory or URL, a branch, tag or commit that it "
              "has (git "
              "fetch brings new ones), and a path from its top"};
}

Task<Result<std::string>> RevisionFiles::git(std::vector<std::string> arguments) {
  // An index and a work tree of our own: those of the repository stay as they are.
  std::vector<std::string> all = {"--git-dir=" + git_directory_, "--work-tree=" + root().string(), "-c",
                                  "core.symlinks=false"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  Result<std::string> output =
      co_await run_git({.arguments = std::move(all),
                        .directory = directory_->path(),
                        .set_env = {{"GIT_INDEX_FILE", (directory_->path() / "index").string()}},
                        .deadline = std::chrono::minutes(2)});
  if (output) co_return output;
  output.error().what = "cannot read the files of a Git revision";
  output.error().where = from_.text();
  co_return output;
}

Task<Result<>> RevisionFiles::find_repository() {
  std::string const repository = from_.repository.empty() ? "." : from_.repository;
  bool const local = is_directory(repository);
  if (!local && !is_url(repository)) co_return fail(missing("there is no directory " + repository));
  git_directory_ = (directory_->path() / "repository").string();
  GitCommand command{.directory = local ? std::filesystem::path(repository) : directory_->path()};
  command.deadline = std::chrono::minutes(2);
  if (local)
    command.arguments = {"rev-parse", "--absolute-git-dir"};
  else
    command.arguments = {"clone", "--quiet", "--bare", "--", repository, git_directory_};
  Result<std::string> const output = co_await run_git(std::move(command));
  if (!output && local) co_return fail(missing(output.error().why));
  if (!output) {
    Error error = output.error();
    error.where = from_.text();
    if (error.todo.empty())
      error.todo = "is the URL right, and may this machine clone it? try: git clone " +
                   without_credentials(repository);
    co_return fail(std::move(error));
  }
  if (local) git_directory_ = *output;
  co_return Result<>();
}

Task<Result<>> RevisionFiles::check_out() {
  std::vector<std::string> resolve = {"rev-parse", "--verify", "--quiet", "--end-of-options",
                                      from_.revision + "^{commit}"};
  Result<std::string> const commit = co_await git(std::move(resolve));
  if (!commit) co_return fail(missing("the repository has no revision " + from_.revision));
  std::string const object = *commit + ":" + from_.path;
  std::vector<std::string> ask = {"cat-file", "-t", object};
  Result<std::string> const kind = co_await git(std::move(ask));
  if (!kind)
    co_return fail(
        missing("revision " + from_.revision + " (" + commit->substr(0, 12) + ") has no " + from_.path));
  bool const folder = *kind == "tree";
  std::vector<std::string> list = {"read-tree", folder ? object : *commit};
  CO_TRY_VOID(co_await git(std::move(list)));
  std::vector<std::string> write = {"checkout-index", "--quiet"};
  if (folder)
    write.emplace_back("--all");
  else
    write.insert(write.end(), {"--", from_.path});
  CO_TRY_VOID(co_await git(std::move(write)));
  co_return Result<>();
}

Task<Result<std::unique_ptr<RevisionFiles>>> RevisionFiles::read(RevisionPath from) {
  CO_TRY(std::unique_ptr<ScratchDirectory> directory, ScratchDirectory::make(clone_prefix));
  std::unique_ptr<RevisionFiles> files(new RevisionFiles(std::move(from), std::move(directory)));
  std::error_code ignored;
  std::filesystem::create_directory(files->root(), ignored);
  CO_TRY_VOID(co_await files->find_repository());
  CO_TRY_VOID(co_await files->check_out());
  co_return files;
}

}  // namespace pgdrill::flux
