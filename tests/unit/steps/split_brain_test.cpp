// Two ledgers on two real servers, judged as `verify` does.
#include <gmock/gmock.h>

#include <set>

#include "harness/base/scope.hpp"
#include "harness/engine/facts.hpp"
#include "harness/steps/verify_checks.hpp"
#include "probes/ledger_log.hpp"
#include "tests/unit/probes/fake_namespace.hpp"

namespace pgdrill::steps {
namespace {

using test::FakeRun;
using test::PostgresServer;
using testing::IsEmpty;

/// A ledger through the service "orders-ro" leads to the backend's replica, where the test has one.
scenario::ProbeSpec ledger(std::string name, std::string service) {
  auto spec = test::probe_spec("ledger", {{"every", "10ms"}, {"service", service}, {"lifetime", "50ms"}});
  spec.name = std::move(name);
  return spec;
}

std::int64_t acknowledged(FakeRun& run, std::string const& probe) {
  auto const fact = run.context().facts.find(engine::facts::writes(probe));
  return fact == run.context().facts.end() ? 0 : get_int(fact->second, "acknowledged");
}

/// Holds when both ledgers have been acknowledged, and some times more after that: the last writes are not
/// judged, and of those that went on at the same time none is the first.
class BothGoOn {
 public:
  explicit BothGoOn(FakeRun& run) : run_(run) {}
  bool operator()() {
    std::int64_t const one = acknowledged(run_, "one");
    std::int64_t const two = acknowledged(run_, "two");
    if (one_ == 0 && one > 0 && two > 0) {
      one_ = one;
      two_ = two;
    }
    return one_ > 0 && one > one_ + 5 && two > two_ + 5;
  }
  void begin_again() {
    one_ = acknowledged(run_, "one");
    two_ = acknowledged(run_, "two");
  }

 private:
  FakeRun& run_;
  std::int64_t one_ = 0;
  std::int64_t two_ = 0;
};

Task<bool> check(FakeRun& run) {
  Verification verification{.context = run.context(),
                            .step = "verify",
                            .captured = {{"writes",
                                          {{"one", {{"last_before", 1}, {"first_after", 0}}},
                                           {"two", {{"last_before", 1}, {"first_after", 0}}}}}},
                            .cluster = "orders",
                            .application = "",
                            .history = "",
                            .reference = ""};
  verification.names = names_of_check("writes", "", ledger_probes(run.context()));
  auto const passed = co_await check_writes(verification);
  EXPECT_TRUE(passed) << describe(passed.error());
  run.close_forwards();
  co_return passed.value_or(false);
}

Task<> cancel_when(std::function<bool()> done, Scope& scope) {
  auto const give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!done()) {
    co_await sleep_for(std::chrono::milliseconds(5));
    if (std::chrono::steady_clock::now() < give_up) continue;
    ADD_FAILURE() << "the ledgers do not go on";
    break;
  }
  scope.cancel();
}

/// Runs both ledgers until `done` holds.
Task<> run_ledgers(FakeRun& run, std::function<bool()> done) {
  auto const* const entry = engine::find_entry(engine::probes(), "ledger");
  auto const one = entry->make();
  auto const two = entry->make();
  auto const spec_one = ledger("one", "orders-db");
  auto const spec_two = ledger("two", "orders-ro");
  auto const prepared_one = co_await one->prepare(run.context(), spec_one);
  auto const prepared_two = co_await two->prepare(run.context(), spec_two);
  EXPECT_TRUE(prepared_one && prepared_two);
  Scope scope(co_await asio::this_coro::executor);
  scope.spawn("one", one->run(run.context(), spec_one));
  scope.spawn("two", two->run(run.context(), spec_two));
  scope.spawn("watch", cancel_when(std::move(done), scope));
  co_await scope.join();
  run.close_forwards();
}

std::vector<probes::LedgerWrite> record_of(FakeRun& run, std::string const& probe) {
  return probes::read_ledger_log(run.context().evidence_directory, probe).value();
}

std::vector<std::int64_t> split_brain_in_itself(FakeRun& run, std::string const& probe) {
  return probes::ledger_verdict(record_of(run, probe), {}, {}, "r12345678", probe).split_brain;
}

/// What verify said of both ledgers, "one" first.
std::vector<json::array> split_brain_told(FakeRun const& run) {
  std::vector<json::array> result;
  for (auto const& event : run.events("ledger-verdict")) result.push_back(event.at("split_brain").as_array());
  return result;
}

TEST(SplitBrainOfLedgers, EachRecordIsRightAndBothTogetherAreNot) {
  auto const primary = PostgresServer::start({"cluster_name=orders"});
  auto const promoted = PostgresServer::start_standby(*primary, {"cluster_name=orders"});
  promoted->promote();  // and the former primary goes on
  FakeRun run(primary->parameters());
  run.backend().replica = promoted->parameters();
  run_to_end(run_ledgers(run, BothGoOn(run)));
  EXPECT_FALSE(run_to_end(check(run)));
  EXPECT_THAT(split_brain_in_itself(run, "one"), IsEmpty());
  EXPECT_THAT(split_brain_in_itself(run, "two"), IsEmpty());
  auto const told = split_brain_told(run);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_THAT(told[0], testing::Not(IsEmpty())) << "the ledger on the former primary";
  EXPECT_THAT(told[1], IsEmpty());
}

TEST(SplitBrainOfLedgers, TwoThatWerePromotedFromOneBackupAreTold) {
  auto const primary = PostgresServer::start({"cluster_name=orders"});
  auto const first = PostgresServer::start_standby(*primary, {"cluster_name=orders"});
  auto const second = PostgresServer::start_standby(*primary, {"cluster_name=orders"});
  primary->kill();
  first->promote();
  second->promote();
  FakeRun run(first->parameters());
  run.backend().replica = second->parameters();
  run_to_end(run_ledgers(run, BothGoOn(run)));
  EXPECT_FALSE(run_to_end(check(run)));
  EXPECT_EQ(record_of(run, "one").front().timeline, 2);
  EXPECT_EQ(record_of(run, "two").front().timeline, 2) << "timelines do not tell them apart";
  auto const told = split_brain_told(run);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_GT(told[0].size() + told[1].size(), 0U);
}

TEST(SplitBrainOfLedgers, ACleanSwitchoverIsNone) {
  auto const primary = PostgresServer::start({"cluster_name=orders"});
  auto const standby = PostgresServer::start_standby(*primary, {"cluster_name=orders"});
  // What is acknowledged is on the standby.
  test::run_sql(primary->parameters(), "ALTER SYSTEM SET synchronous_standby_names = '*'");
  test::run_sql(primary->parameters(), "SELECT pg_reload_conf()");
  FakeRun run(primary->parameters());
  BothGoOn go_on(run);
  bool switched = false;
  auto const done = [&] {
    if (!go_on()) return false;
    if (switched) return true;
    primary->kill();
    standby->promote();
    run.backend().database = standby->parameters();
    go_on.begin_again();
    switched = true;
    return false;
  };
  run_to_end(run_ledgers(run, done));
  EXPECT_TRUE(run_to_end(check(run)));
  for (auto const& told : split_brain_told(run)) EXPECT_THAT(told, IsEmpty());
  std::set<std::int64_t> timelines;
  for (auto const& write : record_of(run, "one")) timelines.insert(write.timeline);
  EXPECT_THAT(timelines, testing::IsSupersetOf({1, 2})) << "it was a switchover";
}

}  // namespace
}  // namespace pgdrill::steps
