// Many requests at once: some connections, not one for each.
#include <gmock/gmock.h>

#include "tests/unit/kube/scripted_server.hpp"

namespace pgdrill::kube {
namespace {

constexpr int burst = 100;

Task<> ask(Client& client, int& answered) {
  Result<json::value> const got = co_await client.get({config_map_type, "n", "one"});
  if (got) ++answered;
}

Task<> ask_all(ScriptedServer& server, std::shared_ptr<Client> client) {
  int answered = 0;
  Scope scope(co_await asio::this_coro::executor);
  for (int i = 0; i < burst; ++i) scope.spawn("ask", ask(*client, answered));
  co_await scope.join();
  EXPECT_EQ(answered, burst);
  EXPECT_LT(server.connections, burst / 2);
}

TEST(Burst, ManyRequestsShareSomeConnections) {
  with_server(std::vector<Answer>(burst, Answer{.body = object_text("one", 1)}), ask_all);
}

/// The first requests are never answered; those that wait behind them are given up, and leave no gap.
Task<> cancel_all(ScriptedServer& server, std::shared_ptr<Client> client) {
  int answered = 0;
  Scope scope(co_await asio::this_coro::executor);
  for (int i = 0; i < burst; ++i) scope.spawn("ask", ask(*client, answered));
  while (server.connections == 0) co_await sleep_for(std::chrono::milliseconds(1));
  scope.cancel();
  co_await scope.join();
  EXPECT_EQ(answered, 0);
  while (answered == 0) co_await ask(*client, answered);
  EXPECT_EQ(answered, 1) << "the places of those that were cancelled are free again";
}

TEST(Burst, OfCancelledRequestsNoneKeepsItsPlace) {
  std::vector<Answer> script(16, Answer{.silent = true});
  for (int i = 0; i < burst; ++i) script.push_back(Answer{.body = object_text("one", 1)});
  with_server(std::move(script), cancel_all);
}

}  // namespace
}  // namespace pgdrill::kube
