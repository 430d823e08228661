// The servers that tests start are killed, by hundreds: what one cannot remove any more must not stay, or the
// machine is full one day and no server starts on it.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/shm.h>
#include <unistd.h>

#include <fstream>

#include "tests/support/postgres_server.hpp"

namespace pgdrill::test {
namespace {

/// The seventh line of postmaster.pid: key and id.
int segment_of(PostgresServer const& server) {
  std::ifstream file(server.directory() / "data" / "postmaster.pid");
  std::string line;
  for (int number = 0; number < 6; ++number) std::getline(file, line);
  unsigned long key = 0;
  int id = -1;
  file >> key >> id;
  return id;
}

bool exists(int segment) {
  shmid_ds state{};
  return ::shmctl(segment, IPC_STAT, &state) == 0;
}

/// The last process to die takes it along; a killed one may take a moment. The test's time limit ends the
/// wait.
void wait_until_gone(int segment) {
  while (exists(segment)) ::usleep(1000);
}

TEST(SharedMemory, GoesWithAKilledServer) {
  auto const server = PostgresServer::start();
  int const segment = segment_of(*server);
  ASSERT_TRUE(exists(segment));
  server->kill();
  wait_until_gone(segment);
}

TEST(SharedMemory, GoesWithAServerThatRestartedItself) {
  auto const server = PostgresServer::start();
  int const first = segment_of(*server);
  std::string const writer = query_value(
      server->parameters(), "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'");
  ASSERT_EQ(::kill(static_cast<pid_t>(std::stol(writer)), SIGKILL), 0);
  while (segment_of(*server) == first) ::usleep(1000);  // the test's time limit ends it
  int const second = segment_of(*server);
  ASSERT_TRUE(exists(second));
  server->kill();
  wait_until_gone(first);
  wait_until_gone(second);
}

}  // namespace
}  // namespace pgdrill::test
