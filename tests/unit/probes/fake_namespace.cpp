#include "tests/unit/probes/fake_namespace.hpp"

#include <gtest/gtest.h>

#include "harness/base/files.hpp"
#include "harness/base/scope.hpp"
#include "harness/base/text.hpp"
#include "harness/net/socket.hpp"

namespace pgdrill::test {

namespace {

using namespace kube;

Error not_here() {
  return {.kind = ErrorKind::not_found, .what = "not in this test", .code = "NotFound", .status = 404};
}

json::value pod_object(std::string_view name) {
  return {{"metadata", {{"name", name}, {"uid", name}}},
          {"spec", {{"containers", json::array{}}}},
          {"status",
           {{"phase", "Running"}, {"conditions", json::array{{{"type", "Ready"}, {"status", "True"}}}}}}};
}

class FakeClient final : public Client {
 public:
  explicit FakeClient(std::shared_ptr<Backend> backend) : backend_(std::move(backend)) {}
  Access const& access() const override { return access_; }

  Task<Result<json::value>> get(ObjectRef ref) override {
    if (ref.type == secret_type && ref.name == "orders-ca") {
      if (backend_->authority.empty()) co_return fail(not_here());
      co_return json::value{{"data", {{"ca.crt", base64_encode(backend_->authority)}}}};
    }
    if (ref.type == secret_type) {
      co_return json::value{
          {"data", {{"username", base64_encode(backend_->database.user)}, {"password", base64_encode("x")}}}};
    }
    if (ref.type == service_type) {
      co_return json::value{
          {"spec",
           {{"selector", {{"service", ref.name}}},
            {"ports", json::array{{{"port", backend_->published_port}, {"targetPort", 5432}}}}}}};
    }
    co_return fail(not_here());
  }
  Task<Result<ObjectList>> list(ResourceType, std::string, ListOptions options) override {
    bool const replica = backend_->replica && options.label_selector.ends_with("-ro");
    co_return ObjectList{.items = {pod_object(replica ? "orders-2" : "orders-1")}, .resource_version = "1"};
  }
  Task<Result<json::value>> create(ResourceType, std::string, Object object) override {
    co_return json::value(object);
  }
  Task<Result<json::value>> update(ObjectRef, Object object, std::string) override {
    co_return json::value(object);
  }
  Task<Result<json::value>> patch(ObjectRef, PatchType, json::value body, PatchOptions) override {
    co_return body;
  }
  Task<Result<>> remove(ObjectRef, DeleteOptions) override { co_return Result<>(); }
  std::unique_ptr<Watch> watch(ResourceType, std::string, ListOptions) override { return nullptr; }
  Task<Result<std::string>> logs(std::string, std::string, LogOptions) override {
    co_return fail(not_here());
  }
  Task<Result<std::unique_ptr<LogStream>>> follow_logs(std::string, std::string, LogOptions) override {
    co_return fail(not_here());
  }
  Task<Result<ExecResult>> exec(std::string, std::string, std::string, std::vector<std::string>,
                                std::string) override {
    co_return fail(not_here());
  }
  Task<Result<std::unique_ptr<ExecSession>>> start_exec(std::string, std::string, std::string,
                                                        std::vector<std::string>, bool) override {
    co_return fail(not_here());
  }
  Task<Result<std::unique_ptr<ByteStream>>> port_forward(std::string, std::string pod,
                                                         std::uint16_t) override {
    ++backend_->forwards;
    bool const replica = backend_->replica && pod == "orders-2";
    auto const port = replica ? backend_->replica->port : backend_->database.port;
    co_return co_await net::connect_tcp("127.0.0.1", port, std::chrono::seconds(5));
  }
  Task<Result<json::value>> raw_get(std::string) override { co_return fail(not_here()); }

 private:
  std::shared_ptr<Backend> backend_;
  Access access_;
};

json::value default_of(scenario::ParameterDeclaration const& declaration) {
  if (declaration.type == scenario::ParameterType::text_list) {
    std::string_view const inner =
        std::string_view(declaration.default_value).substr(1, declaration.default_value.size() - 2);
    json::array list;
    for (auto const& item : split(inner, ',')) {
      if (!trim(item).empty()) list.emplace_back(trim(item));
    }
    return list;
  }
  using scenario::ParameterType;
  if (declaration.type == ParameterType::integer || declaration.type == ParameterType::number ||
      declaration.type == ParameterType::boolean) {
    return parse_json(declaration.default_value).value();
  }
  return json::value(declaration.default_value);
}

Task<> watch_until(std::function<bool()> done, Scope& scope) {
  auto const give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!done()) {
    co_await sleep_for(std::chrono::milliseconds(5));
    if (std::chrono::steady_clock::now() < give_up) continue;
    ADD_FAILURE() << "what the test waits for has not come";
    break;
  }
  scope.cancel();
}

}  // namespace

std::shared_ptr<kube::Client> make_fake_client(std::shared_ptr<Backend> backend) {
  return std::make_shared<FakeClient>(std::move(backend));
}

FakeRun::FakeRun(postgres::ConnectionParameters database)
    : backend_(std::make_shared<Backend>(Backend{database})) {
  directory_ = make_temporary_directory("pgdrill-probe").value();
  client_ = make_fake_client(backend_);
  journal_ = std::move(engine::Journal::create(directory_ / "journal.jsonl", "r12345678").value());
  undo_ = std::make_unique<engine::UndoLog>(*journal_, client_, "develop", "r12345678");
  databases_ = std::make_unique<cnpg::DatabaseAccess>(client_, "develop");
  scenario::Target target{.ns = "develop",
                          .cluster = "orders",
                          .database = database.database,
                          .service = "orders-db",
                          .secret = "orders-app"};
  context_ = std::unique_ptr<engine::RunContext>(new engine::RunContext{.run_id = "r12345678",
                                                                        .target = std::move(target),
                                                                        .scenario_directory = directory_,
                                                                        .evidence_directory = directory_,
                                                                        .kube = client_,
                                                                        .journal = *journal_,
                                                                        .undo = *undo_,
                                                                        .databases = *databases_});
}

void FakeRun::close_forwards() {
  std::destroy_at(databases_.get());
  std::construct_at(databases_.get(), client_, "develop");  // in its place, since the context refers to it
}

FakeRun::~FakeRun() { std::filesystem::remove_all(directory_); }

std::vector<json::object> FakeRun::events(std::string_view name) const {
  std::vector<json::object> result;
  for (auto const& line : split(read_file(directory_ / "journal.jsonl").value(), '\n')) {
    if (line.empty()) continue;
    auto event = parse_json(line).value();
    if (get_string(event, "event") == name) result.push_back(event.as_object());
  }
  return result;
}

scenario::ProbeSpec probe_spec(std::string const& kind, json::object values) {
  auto const* const entry = engine::find_entry(engine::probes(), kind);
  for (auto const& parameter : entry->declaration.parameters) {
    if (!values.contains(parameter.name)) values[parameter.name] = default_of(parameter);
  }
  return {.name = kind, .kind = kind, .parameters = scenario::Parameters(std::move(values)), .location = {}};
}

Task<> run_probe_until(FakeRun& run, scenario::ProbeSpec spec, std::function<bool()> done) {
  auto const probe = engine::find_entry(engine::probes(), spec.kind)->make();
  auto const prepared = co_await probe->prepare(run.context(), spec);
  EXPECT_TRUE(prepared) << describe(prepared.error());
  if (!prepared) co_return;
  Scope scope(co_await asio::this_coro::executor);
  scope.spawn("probe", probe->run(run.context(), spec));
  scope.spawn("watch", watch_until(std::move(done), scope));
  co_await scope.join();
  run.close_forwards();
}

}  // namespace pgdrill::test
