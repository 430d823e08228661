#include "harness/flux/git_command.hpp"

#include <unistd.h>

#include <array>

#include "harness/base/process.hpp"
#include "harness/base/text.hpp"

extern char** environ;

namespace pgdrill::flux {

namespace {

bool contains_any(std::string_view text, std::span<std::string_view const> needles) {
  for (std::string_view const needle : needles) {
    if (text.find(needle) != std::string_view::npos) return true;
  }
  return false;
}

ErrorKind classify(std::string_view words) {
  static constexpr std::array<std::string_view, 7> refused = {
      "Authentication failed",   "Permission denied", "could not read Username",
      "could not read Password", "[rejected]",        "[remote rejected]",
      "dubious ownership"};
  static constexpr std::array<std::string_view, 6> unreachable = {
      "Could not resolve host",  "unable to access",   "Could not read from remote repository",
      "does not appear to be a", "Connection refused", "does not exist"};
  if (contains_any(words, refused)) return ErrorKind::refused;
  if (contains_any(words, unreachable)) return ErrorKind::unreachable;
  return ErrorKind::io;
}

std::map<std::string, std::string> environment_for(std::map<std::string, std::string> const& extra) {
  std::map<std::string, std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    std::string_view const text(*entry);
    std::size_t const equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    std::string const name(text.substr(0, equals));
    // SSH settings are how a user's credentials are found; all other GIT_* could lead elsewhere.
    if (name.starts_with("GIT_") && !name.starts_with("GIT_SSH") && !name.starts_with("GIT_CONFIG")) continue;
    result[name] = std::string(text.substr(equals + 1));
  }
  result["GIT_TERMINAL_PROMPT"] = "0";
  result["LC_ALL"] = "C";
  result["GIT_AUTHOR_NAME"] = result["GIT_COMMITTER_NAME"] = "pgdrill";
  result["GIT_AUTHOR_EMAIL"] = result["GIT_COMMITTER_EMAIL"] = "pgdrill@localhost";
  if (!result.contains("GIT_SSH_COMMAND") && !result.contains("GIT_SSH")) {
    result["GIT_SSH_COMMAND"] = "ssh -o BatchMode=yes";
  }
  for (auto const& [name, value] : extra) result[name] = value;
  return result;
}

}  // namespace

std::string without_credentials(std::string_view text) {
  std::string result;
  while (true) {
    std::size_t const scheme = text.find("://");
    if (scheme == std::string_view::npos) return result.append(text);
    std::size_t const host = scheme + 3;
    std::size_t const end = std::min(text.find_first_of("/ '\"\n", host), text.size());
    std::size_t const at = text.substr(0, end).rfind('@');
    result.append(text.substr(0, host));
    text.remove_prefix(at != std::string_view::npos && at >= host ? at + 1 : host);
  }
}

Task<Result<std::string>> run_git(GitCommand command) {
  ProcessOptions options;
  options.command = {"git",       "-c", "core.hooksPath=/dev/null",  "-c", "commit.gpgSign=false", "-c",
                     "gc.auto=0", "-c", "protocol.file.allow=always"};
  options.command.insert(options.command.end(), command.arguments.begin(), command.arguments.end());
  options.set_env = environment_for(command.set_env);
  options.clear_env = true;
  options.directory = command.directory.string();
  options.deadline = command.deadline;
  std::string const verb = command.arguments.empty() ? "" : command.arguments.front();
  Result<ProcessOutput> output = co_await run_process(std::move(options));
  if (!output) {
    output.error().what = "git " + verb + " failed: " + output.error().what;
    co_return tl::make_unexpected(output.error());
  }
  if (output->exit_code == 0) co_return std::string(trim(output->out));
  std::string_view const words = trim(output->err.empty() ? output->out : output->err);
  Error error{.kind = classify(words), .what = "git " + verb + " failed", .why = without_credentials(words)};
  if (error.kind == ErrorKind::refused && verb != "push") {
    error.todo = "give git credentials for this repository (ssh key, credential helper)";
  }
  co_return fail(std::move(error));
}

}  // namespace pgdrill::flux
