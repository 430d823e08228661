#include "harness/sandbox/kubelet/layout.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "harness/base/files.hpp"

namespace pgdrill::sandbox {
namespace {

Error io_error(std::string what, std::filesystem::path const& path, int number) {
  return {.kind = ErrorKind::io,
          .what = std::move(what),
          .where = path.string(),
          .why = std::generic_category().message(number)};
}

Result<> give_away(Environment const& environment, std::filesystem::path const& path) {
  TRY(auto const owner, owner_of_pods(environment));
  if (owner && ::lchown(path.c_str(), owner->user, owner->group) != 0) {
    return fail(io_error("cannot change the owner", path, errno));
  }
  return {};
}

bool write_whole(int descriptor, std::string_view content) {
  while (!content.empty()) {
    ssize_t const written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

std::filesystem::path run_directory_of(Environment const& environment, std::string const& ns,
                                       std::string const& pod) {
  return environment.directory / "run" / sha256_hex(ns + "/" + pod).substr(0, 12);
}

std::filesystem::path pod_directory_of(Environment const& environment, std::string const& ns,
                                       std::string const& pod) {
  return environment.directory / "pods" / ns / pod;
}

std::filesystem::path claim_directory_of(Environment const& environment, json::value const& claim) {
  constexpr std::size_t telling_part = 8;
  return environment.directory / "claims" / get_string(claim, "metadata.namespace") /
         (kube::name_of(claim) + "-" + kube::uid_of(claim).substr(0, telling_part));
}

std::filesystem::path log_file_of(Environment const& environment, json::value const& pod,
                                  std::string const& container, int restart) {
  return environment.directory / "logs" /
         fmt::format("{}_{}_{}", get_string(pod, "metadata.namespace"), kube::name_of(pod),
                     kube::uid_of(pod)) /
         container / fmt::format("{}.log", restart);
}

Result<std::optional<Owner>> owner_of_pods(Environment const& environment) {
  if (environment.run_as.empty() || ::geteuid() != 0) return std::optional<Owner>();
  passwd const* const user = ::getpwnam(environment.run_as.c_str());
  if (user == nullptr) {
    return fail({.kind = ErrorKind::io,
                 .what = fmt::format("cannot run pods as '{}'", environment.run_as),
                 .why = "there is no such user"});
  }
  return std::optional<Owner>(Owner{user->pw_uid, user->pw_gid});
}

Result<> make_directory(Environment const& environment, std::filesystem::path const& path, mode_t mode) {
  std::error_code problem;
  std::filesystem::create_directories(path, problem);
  if (problem) return fail(io_error("cannot make a directory", path, problem.value()));
  if (::chmod(path.c_str(), mode) != 0) return fail(io_error("cannot make a directory", path, errno));
  return give_away(environment, path);
}

Result<> write_owned_file(Environment const& environment, std::filesystem::path const& path,
                          std::string_view content, mode_t mode) {
  std::filesystem::path const fresh = path.string() + ".new";
  ::unlink(fresh.c_str());
  int const file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return fail(io_error("cannot write a file", path, errno));
  bool const written = write_whole(file, content);
  int const number = errno;
  ::close(file);
  if (!written) return fail(io_error("cannot write a file", path, number));
  TRY_VOID(give_away(environment, fresh));
  if (::chmod(fresh.c_str(), mode) != 0 || ::rename(fresh.c_str(), path.c_str()) != 0) {
    return fail(io_error("cannot write a file", path, errno));
  }
  return {};
}

}  // namespace pgdrill::sandbox
