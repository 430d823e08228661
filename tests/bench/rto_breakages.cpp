#include "tests/bench/rto_breakages.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>

namespace pgdrill::bench {

namespace {

bool shell(std::string const& command) { return std::system((command + " 2>/dev/null").c_str()) == 0; }

Task<> in_background(std::function<void()> work) { co_await run_blocking(std::move(work)); }

}  // namespace

std::string name_of(Breakage breakage) {
  if (breakage == Breakage::frozen) return "frozen (SIGSTOP)";
  return breakage == Breakage::killed ? "killed (SIGKILL) and started again" : "packets dropped";
}

bool enter_own_network() {
  if (::geteuid() != 0 || ::unshare(CLONE_NEWNET) != 0) return false;
  return shell("ip link set lo up") && shell("nft add table inet pgdrill_bench");
}

void begin(Breakage breakage, test::PostgresServer& server) {
  if (breakage != Breakage::dropped) return;
  if (!shell(fmt::format("nft 'add chain inet pgdrill_bench closed; add chain inet pgdrill_bench input "
                         "{{ type filter hook input priority 0; }}; add rule inet pgdrill_bench closed tcp "
                         "dport {0} drop; add rule inet pgdrill_bench closed tcp sport {0} drop'",
                         server.parameters().port)))
    fmt::print("nft refused the rules\n");
}

Task<> break_server(Breakage breakage, test::PostgresServer& server) {
  if (breakage == Breakage::frozen) server.signal_all(SIGSTOP);
  if (breakage == Breakage::killed) server.kill();
  if (breakage == Breakage::dropped)
    co_await in_background([] { shell("nft add rule inet pgdrill_bench input jump closed"); });
}

Task<> mend_server(Breakage breakage, test::PostgresServer& server) {
  if (breakage == Breakage::frozen) server.signal_all(SIGCONT);
  if (breakage == Breakage::killed) co_await in_background([&server] { server.launch(); });
  if (breakage == Breakage::dropped)
    co_await in_background([] { shell("nft flush chain inet pgdrill_bench input"); });
}

}  // namespace pgdrill::bench
