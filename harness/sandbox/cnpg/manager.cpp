#include "harness/sandbox/cnpg/manager.hpp"

#include <cstdio>

#include "harness/sandbox/cnpg/manager_commands.hpp"
#include "harness/sandbox/cnpg/wal_archive.hpp"

namespace pgdrill::sandbox {
namespace {

/// The value of "--name value" in the arguments, or empty.
std::string option(std::vector<std::string> const& arguments, std::string_view name) {
  for (std::size_t i = 0; i + 1 < arguments.size(); ++i) {
    if (arguments[i] == name) return arguments[i + 1];
  }
  return "";
}

/// The arguments that are neither options nor their values.
std::vector<std::string> operands(std::vector<std::string> const& arguments, std::size_t from) {
  std::vector<std::string> found;
  for (std::size_t i = from; i < arguments.size(); ++i) {
    if (!arguments[i].starts_with("--")) found.push_back(arguments[i]);
  }
  return found;
}

int run_instance_command(cnpg::ManagerContext const& context, std::string const& command) {
  if (command == "init") return cnpg::instance_init(context);
  if (command == "join") return cnpg::instance_join(context);
  if (command == "restore") return cnpg::instance_restore(context);
  if (command == "run") return cnpg::instance_run(context);
  return -1;
}

int run_wal_command(cnpg::ManagerContext const& context, std::vector<std::string> const& arguments) {
  auto const files = operands(arguments, 1);
  bool const from_source = arguments.size() > 1 && arguments[1] == "--from-source";
  if (arguments.front() == "wal-archive" && files.size() == 1) return cnpg::wal_archive(context, files[0]);
  if (arguments.front() == "wal-restore" && files.size() == 2) {
    return cnpg::wal_restore(context, files[0], files[1], from_source);
  }
  return -1;
}

}  // namespace

int manager_main(std::vector<std::string> const& arguments) {
  constexpr int usage = 2;
  auto const context = cnpg::ManagerContext::from_environment();
  if (!context) {
    std::fputs((describe(context.error()) + "\n").c_str(), stderr);
    return usage;
  }
  int code = -1;
  std::string const command = arguments.empty() ? "" : arguments.front();
  if (command == "instance" && arguments.size() > 1) code = run_instance_command(*context, arguments[1]);
  if (command.starts_with("wal-")) code = run_wal_command(*context, arguments);
  if (command == "backup") code = cnpg::backup(*context, option(arguments, "--name"));
  if (code >= 0) return code;
  std::fputs(
      "usage: manager instance init|join|restore|run, backup --name NAME, wal-archive PATH, "
      "wal-restore [--from-source] NAME PATH\n",
      stderr);
  return usage;
}

}  // namespace pgdrill::sandbox
