#include "harness/sandbox/flux/git_process.hpp"

#include "harness/base/process.hpp"
#include "harness/base/text.hpp"

namespace pgdrill::sandbox {

Task<Result<std::string>> run_git(std::filesystem::path directory, std::vector<std::string> arguments) {
  ProcessOptions options{.command = {"git", "-c", "core.hooksPath=/dev/null", "-c", "safe.directory=*"}};
  options.command.insert(options.command.end(), arguments.begin(), arguments.end());
  options.directory = directory.string();
  options.deadline = std::chrono::seconds(30);
  options.set_env = {{"GIT_TERMINAL_PROMPT", "0"},
                     {"GIT_CONFIG_NOSYSTEM", "1"},
                     {"GIT_CONFIG_GLOBAL", "/dev/null"},
                     {"GIT_AUTHOR_NAME", "pgdrill"},
                     {"GIT_AUTHOR_EMAIL", "pgdrill@localhost"},
                     {"GIT_COMMITTER_NAME", "pgdrill"},
                     {"GIT_COMMITTER_EMAIL", "pgdrill@localhost"}};
  Result<ProcessOutput> const output = co_await run_checked(std::move(options));
  if (!output) co_return tl::make_unexpected(output.error());
  std::string_view const text = output->out;
  co_return std::string(text.ends_with('\n') ? text.substr(0, text.size() - 1) : text);
}

}  // namespace pgdrill::sandbox
