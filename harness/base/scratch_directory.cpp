#include "harness/base/scratch_directory.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace pgdrill {

namespace {

/// A directory held by this descriptor, or -1: it is none, another user's, or held by somebody else.
int hold(std::filesystem::path const& path) {
  int const descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  struct stat status{};
  bool const ours = descriptor >= 0 && ::fstat(descriptor, &status) == 0 && status.st_uid == ::geteuid();
  if (ours && ::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return descriptor;
  if (descriptor >= 0) ::close(descriptor);
  return -1;
}

tl::unexpected<Error> cannot_make(std::filesystem::path const& path, std::error_code problem) {
  return fail({.kind = ErrorKind::io,
               .what = "cannot make a temporary directory",
               .where = path.string(),
               .why = problem.message()});
}

std::error_code last_problem() { return {errno, std::generic_category()}; }

}  // namespace

Result<std::unique_ptr<ScratchDirectory>> ScratchDirectory::make(std::string_view prefix) {
  remove_abandoned(prefix);
  std::error_code problem;
  std::filesystem::path const parent = std::filesystem::temp_directory_path(problem);
  if (problem) return cannot_make(parent, problem);
  // Nobody looks for it under this name: it is held before it has the other one.
  std::string const hidden = ".";
  std::string made = (parent / (hidden + std::string(prefix) + "-XXXXXX")).string();
  if (::mkdtemp(made.data()) == nullptr) return cannot_make(made, last_problem());
  int const lock = hold(made);
  std::filesystem::path path = parent / std::filesystem::path(made).filename().string().substr(hidden.size());
  if (::rename(made.c_str(), path.c_str()) == 0)
    return std::unique_ptr<ScratchDirectory>(new ScratchDirectory(std::move(path), lock));
  problem = last_problem();
  ::rmdir(made.c_str());
  if (lock >= 0) ::close(lock);
  return cannot_make(path, problem);
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
  if (lock_ >= 0) ::close(lock_);
}

std::size_t ScratchDirectory::remove_abandoned(std::string_view prefix) {
  std::size_t removed = 0;
  std::string const beginning = std::string(prefix) + "-";
  std::error_code problem;
  for (auto const& entry :
       std::filesystem::directory_iterator(std::filesystem::temp_directory_path(problem), problem)) {
    if (!entry.path().filename().string().starts_with(beginning)) continue;
    int const lock = hold(entry.path());
    if (lock < 0) continue;
    std::error_code ignored;
    std::filesystem::remove_all(entry.path(), ignored);
    if (!std::filesystem::exists(entry.path(), ignored)) ++removed;
    ::close(lock);
  }
  return removed;
}

}  // namespace pgdrill
