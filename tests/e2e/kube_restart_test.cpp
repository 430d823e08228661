// The API server ends without a word in the middle of each call, and is started anew.
#include <iostream>
#include <map>
#include <random>

#include "tests/e2e/kube_support.hpp"

namespace pgdrill::kube {
namespace {

using std::chrono::seconds;

Task<> restart_and_tell(bool& back) {
  co_await restart_api_server();
  back = true;
}

// First those that need a pod: with each restart the scheduler and the kubelet look again later (client-go's
// backoff, up to 30 s).

Task<> write_until_lost(ExecSession& session) {
  while (true) {
    Result<> const written = co_await session.write(std::string(65'536, 'x'));
    if (!written) co_return;
  }
}

Task<> executes(std::shared_ptr<Client> client, std::string ns) {
  bool const started = co_await start_pod(*client, ns, "shell", "sleep 600", "shell");
  if (!started) co_return;
  std::vector<std::string> const cat{"cat"};
  Result<std::unique_ptr<ExecSession>> const session =
      co_await client->start_exec(ns, "shell", "main", cat, true);
  EXPECT_TRUE(ok(session));
  if (!session) co_return;
  bool back = false;
  Scope scope(co_await asio::this_coro::executor);
  scope.spawn("writer", write_until_lost(**session));
  Result<ExecSession::Output> output = co_await (*session)->read();
  EXPECT_TRUE(output && output->channel == 1) << "it does not run";
  scope.spawn("restart", restart_and_tell(back));
  while (output && output->channel != 0) output = co_await (*session)->read();
  EXPECT_FALSE(output) << "the loss looks like the command's end";
  if (!output) {
    EXPECT_EQ(output.error().kind, ErrorKind::unreachable);
    EXPECT_EQ(output.error().where, "Pod " + ns + "/shell");
  }
  // The next command waits for the server.
  std::string const answer = co_await shell(*client, ns, "shell", "echo again");
  EXPECT_EQ(answer, "again\n");
  co_await scope.join();
}

TEST_F(RestartedApiServer, ACommandIsLostAndTheNextOneRuns) { run(executes); }

Task<> forwards(std::shared_ptr<Client> client, std::string ns) {
  constexpr char const* talk =
      "exec perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(LocalPort => 54396, Listen => 9, "
      "ReuseAddr "
      "=> 1) or die $!; while ($c = $s->accept) { next if fork; while (syswrite($c, \"x\")) { select(undef, "
      "undef, undef, 0.01) } exit }'";
  bool const started = co_await start_pod(*client, ns, "talker", talk, "talker");
  if (!started) co_return;
  std::vector<char> piece(65'536);
  Result<std::size_t> count = std::size_t{0};
  std::unique_ptr<ByteStream> stream;
  for (int attempt = 0; attempt < 100 && (!count || *count == 0); ++attempt) {
    Result<std::unique_ptr<ByteStream>> opened = co_await client->port_forward(ns, "talker", 54396);
    EXPECT_TRUE(ok(opened));
    if (!opened) co_return;
    stream = std::move(*opened);
    count = co_await stream->read_some(piece);
    if (!count) co_await sleep_for(std::chrono::milliseconds(100));
  }
  EXPECT_TRUE(ok(count));
  bool back = false;
  Scope scope(co_await asio::this_coro::executor);
  scope.spawn("restart", restart_and_tell(back));
  while (count && *count > 0) count = co_await stream->read_some(piece);
  EXPECT_FALSE(count) << "the loss looks like the end of the data";
  if (!count) EXPECT_EQ(count.error().kind, ErrorKind::unreachable);
  co_await scope.join();
  Result<std::unique_ptr<ByteStream>> const again = co_await client->port_forward(ns, "talker", 54396);
  EXPECT_TRUE(ok(again));
  if (!again) co_return;
  count = co_await (*again)->read_some(piece);
  EXPECT_TRUE(count && *count > 0);
}

TEST_F(RestartedApiServer, AForwardIsLostAndTheNextOneWorks) { run(forwards); }

Task<> logs(std::shared_ptr<Client> client, std::string ns) {
  constexpr char const* count = "i=0; while :; do i=$((i+1)); echo $i; sleep 0.02; done";
  bool const started = co_await start_pod(*client, ns, "counter", count, "counter");
  if (!started) co_return;
  Result<std::unique_ptr<LogStream>> const log = co_await client->follow_logs(ns, "counter", {});
  EXPECT_TRUE(ok(log));
  if (!log) co_return;
  bool back = false;
  Scope scope(co_await asio::this_coro::executor);
  scope.spawn("restart", restart_and_tell(back));
  int after = 0;
  for (int expected = 1; after < 20; ++expected) {
    Result<std::optional<std::string>> const line = co_await (*log)->next_line();
    EXPECT_TRUE(ok(line));
    if (!line || !*line || **line != std::to_string(expected)) {
      ADD_FAILURE() << "line " << expected << " is " << (line && *line ? **line : "missing");
      break;
    }
    if (back) ++after;
  }
  co_await scope.join();
}

TEST_F(RestartedApiServer, AFollowedLogGoesOnWithoutGaps) { run(logs); }

/// Asks until the server is back; how often it was not answered.
Task<> ask_on(Client& client, std::string ns, bool const& back, int& unanswered, int& answered) {
  while (!back) {
    Result<ObjectList> const list = co_await client.list(config_map_type, ns);
    EXPECT_TRUE(ok(list));
    (list ? answered : unanswered) += 1;
    Result<json::value> const one = co_await client.get({namespace_type, "", ns});
    EXPECT_TRUE(ok(one));
    (one ? answered : unanswered) += 1;
    co_await sleep_for(std::chrono::milliseconds(50));
  }
}

Task<> reads(std::shared_ptr<Client> client, std::string ns) {
  bool back = false;
  int unanswered = 0;
  int answered = 0;
  Scope scope(co_await asio::this_coro::executor);
  scope.spawn("restart", restart_and_tell(back));
  scope.spawn("reader", ask_on(*client, ns, back, unanswered, answered));
  co_await scope.join();
  EXPECT_EQ(unanswered, 0);
  EXPECT_GT(answered, 0);
}

TEST_F(RestartedApiServer, ReadsWaitForItsReturn) { run(reads); }

Task<> watches(std::shared_ptr<Client> client, std::string ns) {
  for (std::string const name : {"stays", "goes", "changes"}) {
    Result<json::value> const made = co_await client->create(config_map_type, ns, config_map(name, "a"));
    EXPECT_TRUE(ok(made));
  }
  ListOptions const mine{.label_selector = "made-by=test"};
  std::unique_ptr<Watch> const watch = client->watch(config_map_type, ns, mine);
  for (int count = 0; count < 3; ++count) {
    Result<WatchEvent> const event = co_await watch->next();
    EXPECT_TRUE(event && event->type == WatchEvent::Type::added);
  }
  co_await restart_api_server();
  // Behind the watch's back; its version is too old for the new server, which starts with an empty history.
  Result<> const removed = co_await client->remove({config_map_type, ns, "goes"});
  EXPECT_TRUE(ok(removed));
  json::object const data{{"data", {{"key", "b"}}}};
  Result<json::value> const patched =
      co_await client->patch({config_map_type, ns, "changes"}, PatchType::merge, data);
  EXPECT_TRUE(ok(patched));
  co_await restart_api_server();
  std::vector<std::string> seen;
  for (int count = 0; count < 2; ++count) {
    Result<WatchEvent> const event = co_await watch->next();
    EXPECT_TRUE(ok(event));
    if (!event) co_return;
    bool const deleted = event->type == WatchEvent::Type::deleted;
    seen.push_back((deleted ? "deleted " : "modified ") + name_of(event->object));
    if (!deleted) EXPECT_EQ(get_string(event->object, "data.key"), "b");
  }
  EXPECT_THAT(seen, testing::UnorderedElementsAre("deleted goes", "modified changes"));
  Result<WatchEvent> const nothing = co_await with_deadline(watch->next(), seconds(1), "quiet");
  EXPECT_FALSE(nothing) << "an event too much: " << name_of(nothing->object);
}

TEST_F(RestartedApiServer, AWatchReportsTheDifference) { run(watches); }

/// Makes, changes and removes ConfigMaps until told to stop, whatever the server does meanwhile.
Task<> keep_changing(Client& client, std::string ns, bool const& stop, int& changes) {
  std::minstd_rand random(1);
  while (!stop) {
    std::string const name = "c" + std::to_string(random() % 12);
    ObjectRef const ref{config_map_type, ns, name};
    Result<json::value> const made =
        co_await client.create(config_map_type, ns, config_map(name, std::to_string(changes)));
    if (made) {
      ++changes;
    } else if (random() % 3 == 0) {
      Result<> const removed = co_await client.remove(ref);
      if (removed) ++changes;
    } else {
      json::object const data{{"data", {{"key", std::to_string(changes)}}}};
      Result<json::value> const patched = co_await client.patch(ref, PatchType::merge, data);
      if (patched) ++changes;
    }
    co_await sleep_for(std::chrono::milliseconds(5));
  }
}

/// The events put together; each must fit what came before.
Task<> fold(Watch& watch, std::map<std::string, json::value>& known, int& events) {
  while (true) {
    Result<WatchEvent> event = co_await watch.next();
    if (!event) continue;  // the server is away for longer than the client's deadline
    ++events;
    std::string const name = name_of(event->object);
    bool const is_known = known.contains(name);
    if (event->type == WatchEvent::Type::added) {
      EXPECT_FALSE(is_known) << name << " came twice";
    } else {
      EXPECT_TRUE(is_known) << name << " was never reported";
    }
    if (event->type == WatchEvent::Type::deleted) {
      known.erase(name);
    } else {
      known[name] = std::move(event->object);
    }
  }
}

std::map<std::string, std::string> versions_of(std::map<std::string, json::value> const& known) {
  std::map<std::string, std::string> versions;
  for (auto const& [name, object] : known) versions[name] = uid_of(object) + " " + version_of(object);
  return versions;
}

Task<> long_watch(std::shared_ptr<Client> client, std::string ns) {
  ListOptions const mine{.label_selector = "made-by=test"};
  std::unique_ptr<Watch> const watch = client->watch(config_map_type, ns, mine);
  std::map<std::string, json::value> known;
  bool stop = false;
  int changes = 0;
  int events = 0;
  Scope writer(co_await asio::this_coro::executor);
  Scope reader(co_await asio::this_coro::executor);
  writer.spawn("writer", keep_changing(*client, ns, stop, changes));
  reader.spawn("reader", fold(*watch, known, events));
  for (int restart = 0; restart < 3; ++restart) {
    int const before = events;
    while (events < before + 200) co_await sleep_for(std::chrono::milliseconds(20));
    co_await restart_api_server();
  }
  int const before = events;
  while (events < before + 200) co_await sleep_for(std::chrono::milliseconds(20));
  stop = true;
  co_await writer.join();
  Result<ObjectList> const list = co_await client->list(config_map_type, ns, mine);
  EXPECT_TRUE(ok(list));
  std::map<std::string, json::value> there;
  if (list) {
    for (json::value const& item : list->items) there[name_of(item)] = item;
  }
  Monotonic const end = std::chrono::steady_clock::now() + seconds(20);
  while (versions_of(known) != versions_of(there) && std::chrono::steady_clock::now() < end) {
    co_await sleep_for(std::chrono::milliseconds(50));
  }
  EXPECT_EQ(versions_of(known), versions_of(there));
  reader.cancel();
  co_await reader.join();
  std::cout << "  " << changes << " changes were made, " << events << " events came\n";
}

TEST_F(RestartedApiServer, AWatchStaysRightThroughThreeOfThem) { run(long_watch); }

Task<> waits(std::shared_ptr<Client> client, std::string ns) {
  bool back = false;
  Scope scope(co_await asio::this_coro::executor);
  scope.spawn("restart", restart_and_tell(back));
  ObjectRef const ref{config_map_type, ns, "late"};
  auto exists = [](json::value const* object) { return object != nullptr; };
  Task<Result<json::value>> waiting =
      wait_for(*client, ref, exists, std::chrono::minutes(2), "the ConfigMap did not come");
  std::optional<Result<json::value>> found;
  scope.spawn("waiter", detail::store(std::move(waiting), found));
  while (!back) co_await sleep_for(std::chrono::milliseconds(50));
  Result<json::value> const made = co_await client->create(config_map_type, ns, config_map("late", "a"));
  EXPECT_TRUE(ok(made));
  co_await scope.join();
  EXPECT_TRUE(found && ok(*found));
}

TEST_F(RestartedApiServer, AWaitGoesOn) { run(waits); }

}  // namespace
}  // namespace pgdrill::kube
