#include "harness/sandbox/instance.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <random>
#include <set>
#include <sstream>

#include "harness/base/files.hpp"
#include "harness/base/text.hpp"
#include "harness/sandbox/kubelet/leftovers.hpp"
#include "harness/sandbox/kubelet/process_table.hpp"

namespace pgdrill::sandbox {
namespace {

constexpr std::uint16_t claim_port = 47'777;

std::string start_time(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string const text = read_rest(file);
  auto const name_end = text.rfind(')');
  if (name_end == std::string::npos) return "";
  std::istringstream rest(text.substr(name_end + 1));
  std::string field;
  // A killed process that nobody has waited for is gone too.
  if (rest >> field; field == "Z" || field == "X") return "";
  // After the name come fields 3 and on; 22 is the start time.
  for (int index = 4; index <= 22; ++index) rest >> field;
  return field;
}

// Loopback networks on which somebody listens; addresses in /proc/net/tcp are little-endian: "4D7F" ends
// 127.77.
std::set<int> used_networks() {
  std::set<int> used;
  std::ifstream file("/proc/net/tcp");
  std::string line;
  while (std::getline(file, line)) {
    auto const colon = line.find(": ");
    if (colon == std::string::npos || line.size() < colon + 10) continue;
    std::string const address = line.substr(colon + 2, 8);
    if (address.substr(6) == "7F") used.insert(std::stoi(address.substr(4, 2), nullptr, 16));
  }
  return used;
}

/// Binds a socket that nobody connects to, for as long as this process lives: two sandboxes that start at the
/// same time see the same free networks, but only one can claim each.
bool claim_network(int candidate) {
  int const claim = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(claim_port);
  address.sin_addr.s_addr = htonl((127U << 24U) | (static_cast<std::uint32_t>(candidate) << 16U) | 2U);
  bool const claimed =
      claim >= 0 && ::bind(claim, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  if (!claimed && claim >= 0) ::close(claim);
  return claimed;
}

}  // namespace

Result<> write_instance(std::filesystem::path const& directory) {
  return write_file_atomically(directory / "sandbox.pid",
                               fmt::format("{} {}\n", ::getpid(), start_time(::getpid())));
}

std::optional<pid_t> running_instance(std::filesystem::path const& directory) {
  std::ifstream file(directory / "sandbox.pid");
  pid_t pid = 0;
  std::string started;
  if (!(file >> pid >> started) || pid <= 0 || ::kill(pid, 0) != 0) return std::nullopt;
  if (start_time(pid) != started) return std::nullopt;
  return pid;
}

void remove_leftovers(std::filesystem::path const& directory) {
  kill_leftovers(directory);
  std::error_code ignored;
  for (std::string_view const name : {"kubeconfig", "sandbox.pid", "pods", "claims", "store", "git",
                                      "checkouts", "work", "processes", "run", "logs"}) {
    std::filesystem::remove_all(directory / name, ignored);
  }
  std::filesystem::remove(directory, ignored);  // only when nothing of somebody else lies in it
}

Result<std::string> free_network() {
  std::set<int> const used = used_networks();
  if (!used.contains(77) && claim_network(77)) return std::string("127.77");
  std::random_device random;
  for (int attempt = 0; attempt < 1'000; ++attempt) {
    int const candidate = 78 + static_cast<int>(random() % 170U);
    if (!used.contains(candidate) && claim_network(candidate)) return fmt::format("127.{}", candidate);
  }
  return fail(
      {.kind = ErrorKind::io, .what = "no free loopback network", .why = "127.77 to 127.247 are all in use"});
}

}  // namespace pgdrill::sandbox
