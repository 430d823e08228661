// Ways to take a server away for a known time.
#pragma once
#include <string>

#include "harness/base/task.hpp"
#include "tests/support/postgres_server.hpp"

namespace pgdrill::bench {

enum class Breakage { frozen, killed, dropped };

[[nodiscard]] std::string name_of(Breakage breakage);

/// Leaves the machine's network for one of its own, with loopback alone, so that packets can be dropped
/// without touching anything else. False without root, nft or ip: `dropped` cannot be made then.
[[nodiscard]] bool enter_own_network();

/// Before any: the rules' table.
void begin(Breakage breakage, test::PostgresServer& server);
/// Returns when it has been broken. SIGSTOP; SIGKILL; packets to and from the server dropped.
[[nodiscard]] Task<> break_server(Breakage breakage, test::PostgresServer& server);
/// Returns when it answers again: at once, or when a killed one has recovered.
[[nodiscard]] Task<> mend_server(Breakage breakage, test::PostgresServer& server);

}  // namespace pgdrill::bench
