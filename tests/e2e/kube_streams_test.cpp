// exec, port-forward and logs with much data, many connections and half-closed streams.
#include "harness/base/files.hpp"
#include "harness/base/text.hpp"
#include "harness/net/socket.hpp"
#include "tests/e2e/kube_support.hpp"

namespace pgdrill::kube {
namespace {

using std::chrono::seconds;

constexpr std::size_t mebibyte = std::size_t{1} << 20U;
constexpr std::size_t large = 64 * mebibyte;

Task<> large_exec(std::shared_ptr<Client> client, std::string ns) {
  bool const started = co_await start_pod(*client, ns, "shell", "sleep 600", "shell");
  if (!started) co_return;
  std::string const input = noise(large);
  std::string const digest = sha256_hex(input);
  std::string answer = co_await shell(*client, ns, "shell", "sha256sum", input);
  EXPECT_THAT(answer, testing::StartsWith(digest)) << "what the command has read";
  answer = co_await shell(*client, ns, "shell", "cat", input);
  EXPECT_EQ(answer.size(), input.size());
  EXPECT_EQ(sha256_hex(answer), digest) << "there and back";
  // It ends before its input does; of much more the kubelet would wait for the rest to be taken.
  answer = co_await shell(*client, ns, "shell", "head -c 10", input.substr(0, 100'000));
  EXPECT_EQ(answer, input.substr(0, 10));
}

TEST_F(KubeClient, ExecCarries64MebibytesEachWay) { run(large_exec); }

/// Forks for each connection. "echo" gives back what comes; "count" answers each line with the bytes of it
/// that it names, and takes no end for an end.
constexpr char const* serve_with_perl =
    "exec perl -MIO::Socket::INET -e '"
    "$SIG{CHLD} = \"IGNORE\";"
    "$s = IO::Socket::INET->new(LocalPort => 54397, Listen => 256, ReuseAddr => 1) or die $!;"
    "while ($c = $s->accept) {"
    "  next if fork;"
    "  sub all { my $o = 0; while ($o < length $_[0]) { $o += syswrite($c, $_[0], 65536, $o) || exit } }"
    "  sysread($c, $mode, 1);"
    "  if ($mode eq \"e\") { while (sysread($c, $b, 65536)) { all($b) } }"
    "  if ($mode eq \"c\") { sysread($c, $n, 32); sleep 2; all(\"x\" x $n); all(\"end\") }"
    "  if ($mode eq \"h\") { all(\"half\"); shutdown($c, 1); sysread($c, $b, 1) }"
    "  exit"
    "}'";
constexpr std::uint16_t perl_port = 54397;

Task<bool> start_perl(Client& client, std::string ns) {
  bool const started = co_await start_pod(client, ns, "server", serve_with_perl, "server");
  if (!started) co_return false;
  json::object const port{{"name", "tcp"}, {"port", 80}, {"targetPort", perl_port}};
  Object service{{"metadata", {{"name", "server"}}},
                 {"spec", {{"selector", {{"app", "server"}}}, {"ports", json::array{port}}}}};
  Result<json::value> const made = co_await client.create(service_type, ns, std::move(service));
  EXPECT_TRUE(ok(made));
  // Ready means started, not listening.
  for (int attempt = 0; attempt < 100; ++attempt) {
    Result<std::unique_ptr<ByteStream>> const stream = co_await client.port_forward(ns, "server", perl_port);
    if (stream) {
      static_cast<void>(co_await write_all(**stream, "h"));
      Result<std::string> const answer = co_await read_all(**stream);
      if (answer.value_or("") == "half") co_return true;
    }
    co_await sleep_for(std::chrono::milliseconds(100));
  }
  ADD_FAILURE() << "the server in the pod does not answer";
  co_return false;
}

Task<> send(ByteStream& stream, std::string const& bytes) {
  Result<> const sent = co_await write_all(stream, bytes);
  EXPECT_TRUE(ok(sent));
}

Task<> echo(ByteStream& stream, std::string bytes, int& right) {
  Scope scope(co_await asio::this_coro::executor);
  std::string const question = "e" + bytes;
  scope.spawn("question", send(stream, question));
  std::string answer;
  std::vector<char> piece(65'536);
  while (answer.size() < bytes.size()) {
    Result<std::size_t> const count = co_await stream.read_some(piece);
    EXPECT_TRUE(ok(count));
    if (!count || *count == 0) break;
    answer.append(piece.data(), *count);
  }
  co_await scope.join();
  EXPECT_EQ(sha256_hex(answer), sha256_hex(bytes)) << answer.size() << " of " << bytes.size() << " bytes";
  if (answer == bytes) ++right;
}

Task<> echo_through(std::uint16_t port, std::string bytes, int& right) {
  Result<std::unique_ptr<ByteStream>> const stream =
      co_await net::connect_tcp("127.0.0.1", port, seconds(10));
  EXPECT_TRUE(ok(stream));
  if (stream) co_await echo(**stream, std::move(bytes), right);
}

Task<> loaded_forward(std::shared_ptr<Client> client, std::string ns) {
  bool const started = co_await start_perl(*client, ns);
  if (!started) co_return;
  int right = 0;
  Result<std::unique_ptr<ByteStream>> const direct = co_await client->port_forward(ns, "server", perl_port);
  EXPECT_TRUE(ok(direct));
  if (direct) co_await echo(**direct, noise(large), right);
  EXPECT_EQ(right, 1);

  Result<std::unique_ptr<ServiceForward>> const forward =
      co_await ServiceForward::open(client, ns, "server", 80);
  EXPECT_TRUE(ok(forward));
  if (!forward) co_return;
  constexpr int connections = 48;
  Scope scope(co_await asio::this_coro::executor);
  for (int number = 0; number < connections; ++number) {
    std::string bytes = noise(mebibyte, static_cast<std::uint32_t>(number));
    scope.spawn("connection", echo_through((*forward)->local_port(), std::move(bytes), right));
  }
  co_await scope.join();
  EXPECT_EQ(right, 1 + connections);
  EXPECT_FALSE((*forward)->last_error()) << ::pgdrill::describe((*forward)->last_error().value_or(Error()));
}

TEST_F(KubeClient, ForwardsCarryMuchOverManyConnections) { run(loaded_forward); }

Task<> half_closed(std::shared_ptr<Client> client, std::string ns) {
  bool const started = co_await start_perl(*client, ns);
  if (!started) co_return;
  // The pod's side ends its direction: all that it sent is there, and then the end.
  Result<std::unique_ptr<ByteStream>> const direct = co_await client->port_forward(ns, "server", perl_port);
  EXPECT_TRUE(ok(direct));
  if (direct) {
    co_await send(**direct, "h");
    Result<std::string> const answer = co_await read_all(**direct);
    EXPECT_TRUE(ok(answer));
    EXPECT_EQ(answer.value_or(""), "half");
  }
  // Our side ends its direction, and the answer takes its time and is long.
  Result<std::unique_ptr<ServiceForward>> const forward =
      co_await ServiceForward::open(client, ns, "server", 80);
  EXPECT_TRUE(ok(forward));
  if (!forward) co_return;
  Result<std::unique_ptr<ByteStream>> const stream =
      co_await net::connect_tcp("127.0.0.1", (*forward)->local_port(), seconds(10));
  EXPECT_TRUE(ok(stream));
  if (!stream) co_return;
  std::size_t const size = 16 * mebibyte;
  co_await send(**stream, "c" + std::to_string(size));
  static_cast<void>(co_await (*stream)->shutdown_write());
  Result<std::string> const answer = co_await read_all(**stream);
  EXPECT_TRUE(ok(answer));
  EXPECT_EQ(answer.value_or("").size(), size + 3);
  EXPECT_THAT(answer.value_or(""), testing::EndsWith("xend"));
}

TEST_F(KubeClient, ForwardsTakeHalfClosedStreams) { run(half_closed); }

Task<> long_log(std::shared_ptr<Client> client, std::string ns) {
  bool const started = co_await start_pod(*client, ns, "talker", "seq 1 100000; sleep 600", "talker");
  if (!started) co_return;
  Result<std::unique_ptr<LogStream>> const log = co_await client->follow_logs(ns, "talker", {});
  EXPECT_TRUE(ok(log));
  if (!log) co_return;
  for (int expected = 1; expected <= 100'000; ++expected) {
    Result<std::optional<std::string>> const line = co_await (*log)->next_line();
    EXPECT_TRUE(ok(line));
    if (!line || !*line || **line != std::to_string(expected)) {
      ADD_FAILURE() << "line " << expected << " is " << (line && *line ? **line : "missing");
      co_return;
    }
  }
}

TEST_F(KubeClient, FollowsALongLogWithoutGaps) { run(long_log); }

}  // namespace
}  // namespace pgdrill::kube
