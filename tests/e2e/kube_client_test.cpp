// Every operation of the Kubernetes client against a real API server.
#include "harness/net/socket.hpp"
#include "tests/e2e/kube_support.hpp"

namespace pgdrill::kube {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

Task<> objects(std::shared_ptr<Client> client, std::string ns) {
  ObjectRef const ref{config_map_type, ns, "one"};
  Result<json::value> const made = co_await client->create(config_map_type, ns, config_map("one", "a"));
  EXPECT_TRUE(ok(made));
  Result<json::value> const twice = co_await client->create(config_map_type, ns, config_map("one", "a"));
  EXPECT_TRUE(!twice && twice.error().kind == ErrorKind::conflict && twice.error().code == "AlreadyExists");

  Result<json::value> const merged =
      co_await client->patch(ref, PatchType::merge, {{"data", {{"key", "b"}}}});
  EXPECT_TRUE(ok(merged));
  json::array const operations{{{"op", "replace"}, {"path", "/data/key"}, {"value", "c"}}};
  Result<json::value> const patched = co_await client->patch(ref, PatchType::json_patch, operations);
  EXPECT_TRUE(ok(patched));
  EXPECT_EQ(get_string(patched.value_or(json::value()), "data.key"), "c");

  // The version from the first write is old by now.
  Object stale = made->as_object();
  Result<json::value> const conflict = co_await client->update(ref, stale);
  EXPECT_TRUE(!conflict && conflict.error().kind == ErrorKind::conflict &&
              conflict.error().code == "Conflict");
  Result<json::value> const current = co_await client->get(ref);
  EXPECT_TRUE(ok(current));
  Object fresh = current->as_object();
  set(fresh, "data.key", "d");
  Result<json::value> const updated = co_await client->update(ref, fresh);
  EXPECT_TRUE(ok(updated));

  Result<> const wrong_uid = co_await client->remove(ref, {.uid = "00000000-0000-0000-0000-000000000000"});
  EXPECT_TRUE(!wrong_uid && wrong_uid.error().kind == ErrorKind::conflict);
  Result<> const removed = co_await client->remove(ref);
  EXPECT_TRUE(ok(removed));
  Result<> const gone = co_await wait_gone(*client, ref, seconds(10));
  EXPECT_TRUE(ok(gone));
  Result<json::value> const missing = co_await client->get(ref);
  EXPECT_TRUE(!missing && missing.error().kind == ErrorKind::not_found && missing.error().status == 404);
  EXPECT_THAT(describe(missing.error()), HasSubstr("configmaps \"one\" not found"));
}

TEST_F(KubeClient, CreatesReadsPatchesUpdatesAndRemoves) { run(objects); }

Task<> server_side_apply(std::shared_ptr<Client> client, std::string ns) {
  ObjectRef const ref{config_map_type, ns, "applied"};
  json::value const body{{"data", {{"key", "a"}}}};
  Result<json::value> const made = co_await client->patch(ref, PatchType::apply, body);
  EXPECT_TRUE(ok(made));
  json::value const other{{"data", {{"key", "b"}}}};
  Result<json::value> const refused =
      co_await client->patch(ref, PatchType::apply, other, {.field_manager = "somebody-else"});
  EXPECT_TRUE(!refused && refused.error().kind == ErrorKind::conflict);
  Result<json::value> const forced =
      co_await client->patch(ref, PatchType::apply, other, {.field_manager = "somebody-else", .force = true});
  EXPECT_TRUE(ok(forced));
}

TEST_F(KubeClient, AppliesOnTheServer) { run(server_side_apply); }

Task<> refusals(std::shared_ptr<Client> client, std::string ns) {
  Result<json::value> const bad_name =
      co_await client->create(config_map_type, ns, config_map("Not A Name", "a"));
  EXPECT_TRUE(!bad_name && bad_name.error().kind == ErrorKind::invalid && bad_name.error().status == 422);
  Result<json::value> const no_path = co_await client->raw_get("/apis/nowhere.example/v1");
  EXPECT_TRUE(!no_path && no_path.error().kind == ErrorKind::not_found);
  Result<json::value> const version = co_await client->raw_get("/version");
  EXPECT_TRUE(ok(version));
  Access stranger = client->access();
  stranger.bearer_token = "not-a-token";
  stranger.token_file.clear();
  stranger.tls_options.certificate_pem.clear();
  stranger.tls_options.key_pem.clear();
  std::shared_ptr<Client> const other = Client::create(co_await asio::this_coro::executor, stranger);
  Result<json::value> const refused = co_await other->get({config_map_type, ns, "one"});
  EXPECT_TRUE(!refused && refused.error().kind == ErrorKind::refused && refused.error().status == 401);
}

TEST_F(KubeClient, TellsWhyTheServerRefuses) { run(refusals); }

Task<> watching(std::shared_ptr<Client> client, std::string ns) {
  Result<json::value> const first = co_await client->create(config_map_type, ns, config_map("first", "a"));
  EXPECT_TRUE(ok(first));
  std::unique_ptr<Watch> const watch = client->watch(config_map_type, ns, {.label_selector = "made-by=test"});
  Result<WatchEvent> event = co_await watch->next();
  EXPECT_TRUE(event && event->type == WatchEvent::Type::added && name_of(event->object) == "first");
  Result<json::value> const second = co_await client->create(config_map_type, ns, config_map("second", "a"));
  EXPECT_TRUE(ok(second));
  event = co_await watch->next();
  EXPECT_TRUE(event && event->type == WatchEvent::Type::added && name_of(event->object) == "second");
  ObjectRef const ref{config_map_type, ns, "first"};
  Result<json::value> const patched =
      co_await client->patch(ref, PatchType::merge, {{"data", {{"key", "b"}}}});
  EXPECT_TRUE(ok(patched));
  event = co_await watch->next();
  EXPECT_TRUE(event && event->type == WatchEvent::Type::modified &&
              get_string(event->object, "data.key") == "b");
  // A cancelled wait loses nothing.
  Result<WatchEvent> const nothing = co_await with_deadline(watch->next(), milliseconds(50), "quiet");
  EXPECT_TRUE(!nothing && nothing.error().kind == ErrorKind::timeout);
  Result<> const removed = co_await client->remove(ref);
  EXPECT_TRUE(ok(removed));
  event = co_await watch->next();
  EXPECT_TRUE(event && event->type == WatchEvent::Type::deleted && name_of(event->object) == "first");
  Result<ObjectList> const list =
      co_await client->list(config_map_type, ns, {.label_selector = "made-by=test"});
  EXPECT_TRUE(list && list->items.size() == 1 && !list->resource_version.empty());
}

TEST_F(KubeClient, WatchesObjectsComeAndGo) { run(watching); }

Task<> waiting(std::shared_ptr<Client> client, std::string ns) {
  ObjectRef const ref{config_map_type, ns, "later"};
  auto exists = [](json::value const* object) { return object != nullptr; };
  Result<json::value> const never =
      co_await wait_for(*client, ref, exists, milliseconds(300), "no such ConfigMap");
  EXPECT_TRUE(!never && never.error().kind == ErrorKind::timeout);
  EXPECT_THAT(describe(never.error()), HasSubstr("there is no such object"));
  Result<json::value> const made = co_await client->create(config_map_type, ns, config_map("later", "a"));
  EXPECT_TRUE(ok(made));
  Result<json::value> const found = co_await wait_for(*client, ref, exists, seconds(10), "no such ConfigMap");
  EXPECT_TRUE(ok(found));
}

TEST_F(KubeClient, WaitsByWatch) { run(waiting); }

Task<> commands(std::shared_ptr<Client> client, std::string ns) {
  bool const started = co_await start_pod(*client, ns, "shell", "echo one; echo two; sleep 600", "shell");
  if (!started) co_return;
  std::vector<std::string> command{"sh", "-c", "echo out; echo err >&2; exit 3"};
  Result<ExecResult> const ran = co_await client->exec(ns, "shell", "main", command);
  EXPECT_TRUE(ok(ran));
  EXPECT_TRUE(ran && ran->exit_code == 3 && ran->out == "out\n" && ran->err == "err\n");

  std::string input;
  for (int line = 0; line < 20000; ++line) input += "line " + std::to_string(line) + "\n";
  command = {"cat"};
  Result<ExecResult> const echoed = co_await client->exec(ns, "shell", "main", command, input);
  EXPECT_TRUE(ok(echoed));
  EXPECT_TRUE(echoed && echoed->exit_code == 0 && echoed->out == input);

  command = {"no-such-program-anywhere"};
  Result<ExecResult> const failed = co_await client->exec(ns, "shell", "main", command);
  EXPECT_TRUE(!failed || failed->exit_code != 0);
  command = {"true"};
  Result<ExecResult> const nowhere = co_await client->exec(ns, "no-such-pod", "main", command);
  EXPECT_TRUE(!nowhere && nowhere.error().kind == ErrorKind::not_found);

  Result<std::string> const log = co_await client->logs(ns, "shell", {.tail_lines = 1});
  EXPECT_TRUE(ok(log));
  EXPECT_EQ(log.value_or(""), "two\n");
  Result<std::unique_ptr<LogStream>> const follow = co_await client->follow_logs(ns, "shell", {});
  EXPECT_TRUE(ok(follow));
  if (!follow) co_return;
  Result<std::optional<std::string>> line = co_await (*follow)->next_line();
  EXPECT_TRUE(line && *line == "one");
  line = co_await (*follow)->next_line();
  EXPECT_TRUE(line && *line == "two");
}

TEST_F(KubeClient, RunsCommandsAndReadsLogs) { run(commands); }

/// Asks PostgreSQL whether it speaks TLS: eight bytes there, one back. A port that any cluster's image can
/// serve.
Task<> ask_for_tls(ByteStream& stream) {
  std::string_view const request("\0\0\0\x08\x04\xd2\x16\x2f", 8);
  Result<> const sent = co_await write_all(stream, request);
  EXPECT_TRUE(ok(sent));
  char answer = 0;
  Result<std::size_t> const count = co_await stream.read_some(std::span<char>(&answer, 1));
  EXPECT_TRUE(ok(count));
  EXPECT_EQ(answer, 'N');
}

constexpr char const* serve_postgres =
    "umask 077; initdb -D $SCRATCH -A trust >/dev/null && "
    "exec postgres -D $SCRATCH -c listen_addresses='*' -c unix_socket_directories=$SCRATCH -c port=54399";

Task<> forwarding(std::shared_ptr<Client> client, std::string ns) {
  bool const started = co_await start_pod(*client, ns, "server", serve_postgres, "server");
  if (!started) co_return;
  std::string const waited = co_await shell(
      *client, ns, "server",
      "until pg_isready -q -h $(hostname -i) -p 54399 || pg_isready -q -h 127.0.0.1 -p 54399; do "
      "sleep 0.2; done; echo ready");
  EXPECT_EQ(waited, "ready\n");
  Result<std::unique_ptr<ByteStream>> direct = co_await client->port_forward(ns, "server", 54399);
  EXPECT_TRUE(ok(direct));
  if (!direct) co_return;
  co_await ask_for_tls(**direct);

  Result<std::unique_ptr<ByteStream>> const closed = co_await client->port_forward(ns, "server", 54398);
  char byte = 0;
  Result<std::size_t> refused = tl::make_unexpected(closed ? Error() : closed.error());
  if (closed) refused = co_await (*closed)->read_some(std::span<char>(&byte, 1));
  EXPECT_TRUE(!refused && refused.error().kind == ErrorKind::unreachable);

  json::object const port{{"name", "db"}, {"port", 5432}, {"targetPort", 54399}};
  Object const service{{"metadata", {{"name", "db"}}},
                       {"spec", {{"selector", {{"app", "server"}}}, {"ports", json::array{port}}}}};
  Result<json::value> const made = co_await client->create(service_type, ns, service);
  EXPECT_TRUE(ok(made));
  Result<std::unique_ptr<ServiceForward>> const forward =
      co_await ServiceForward::open(client, ns, "db", 5432);
  EXPECT_TRUE(ok(forward));
  if (!forward) co_return;
  Result<std::unique_ptr<ByteStream>> through =
      co_await net::connect_tcp("127.0.0.1", (*forward)->local_port(), seconds(5));
  EXPECT_TRUE(ok(through));
  if (through) co_await ask_for_tls(**through);
  Result<std::unique_ptr<ServiceForward>> const no_port = co_await ServiceForward::open(client, ns, "db", 1);
  EXPECT_TRUE(!no_port && no_port.error().kind == ErrorKind::not_found);
}

TEST_F(KubeClient, ForwardsPortsOfPodsAndServices) { run(forwarding); }

}  // namespace
}  // namespace pgdrill::kube
