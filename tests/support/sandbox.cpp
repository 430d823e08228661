#include "tests/support/sandbox.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <cstdio>
#include <stdexcept>

#include "harness/base/files.hpp"

namespace pgdrill::test {

namespace {

std::vector<std::string> joined(std::vector<std::string> first, std::vector<std::string> const& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

}  // namespace

Sandbox::Sandbox(bool empty) {
  std::filesystem::permissions(directory_.path(), std::filesystem::perms::all &
                                                      ~std::filesystem::perms::others_write &
                                                      ~std::filesystem::perms::group_write);
  std::vector<std::string> command{PGDRILL_BINARY, "sandbox", "up", "--dir", directory().string()};
  if (empty) command.emplace_back("--empty");
  process_ = std::make_unique<Background>(command, directory_.path() / "sandbox.log");
  bool const up = eventually(
      [&] { return process_->output().find(kubeconfig()) != std::string::npos || !process_->running(); });
  if (!up || !process_->running())
    throw std::runtime_error("the sandbox did not start: " + process_->output());
}

Sandbox::~Sandbox() { run({PGDRILL_BINARY, "sandbox", "down", "--dir", directory().string()}); }

CommandResult Sandbox::kubectl(std::vector<std::string> arguments) const {
  std::string const cache = (directory_.path() / "kubectl-cache").string();
  return run(joined({"kubectl", "--kubeconfig", kubeconfig(), "--cache-dir", cache}, arguments));
}

json::value Sandbox::get(std::string const& kind, std::string const& name) const {
  CommandResult const result = kubectl({"get", kind, name, "-n", "develop", "-o", "json"});
  return result.exit_code == 0 ? parse_json(result.out).value_or(nullptr) : json::value(nullptr);
}

std::string Sandbox::sql(std::string const& statement) const {
  std::string const primary =
      get_string(get("clusters.postgresql.cnpg.io", "orders"), "status.currentPrimary");
  return kubectl({"exec", "-n", "develop", primary, "-c", "postgres", "--", "psql", "-XAt", "-d", "app", "-c",
                  statement})
      .out;
}

std::vector<std::string> Sandbox::pgdrill_command(std::vector<std::string> arguments) const {
  return joined({PGDRILL_BINARY}, joined(std::move(arguments), {"--kubeconfig", kubeconfig()}));
}

CommandResult Sandbox::pgdrill(std::vector<std::string> arguments) const {
  return run(pgdrill_command(std::move(arguments)));
}

bool Sandbox::healthy() const {
  bool const well = eventually([&] {
    return get_string(get("clusters.postgresql.cnpg.io", "orders"), "status.phase") ==
           "Cluster in healthy state";
  });
  if (!well) {
    std::fputs(kubectl({"get", "clusters.postgresql.cnpg.io,pods,jobs", "-A", "-o", "wide"}).out.c_str(),
               stdout);
    for (std::string const pod : {"orders-1", "orders-2"})
      std::fputs(kubectl({"logs", "-n", "develop", pod, "--tail", "15"}).out.c_str(), stdout);
    std::fputs(state_of_process().c_str(), stdout);
  }
  return well;
}

std::string Sandbox::state_of_process() const {
  std::string state;
  std::error_code ignored;
  for (auto const& thread :
       std::filesystem::directory_iterator(fmt::format("/proc/{}/task", process_->pid()), ignored)) {
    for (auto const* const file : {"stat", "wchan", "stack"})
      state += read_file(thread.path() / file).value_or("") + "\n";
  }
  process_->signal(SIGQUIT);
  (void)eventually([&] { return process_->output().find("end of the stack") != std::string::npos; },
                   std::chrono::seconds(2));
  return process_->output() + state;
}

}  // namespace pgdrill::test
