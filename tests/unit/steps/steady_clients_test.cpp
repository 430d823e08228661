// When clients count as served again: told by the answers that probes wrote, also those from before the wait.
#include "harness/steps/steady_clients.hpp"

#include <gmock/gmock.h>

#include "probes/sampling.hpp"
#include "tests/unit/probes/fake_namespace.hpp"

namespace pgdrill::steps {
namespace {

using namespace std::chrono_literals;
using probes::Outcome;
using probes::Sampler;
using probes::SampleStatus;

Outcome const right{.status = SampleStatus::right};
Outcome const failed{.status = SampleStatus::failed};
constexpr Duration stretch = 5ms;

class SteadyClientsTest : public testing::Test {
 protected:
  engine::RunContext& context() { return run_.context(); }
  bool steady_within(SteadyClients const& clients, Duration limit) {
    return run_to_end(clients.wait(stretch, std::chrono::steady_clock::now() + limit));
  }
  static probes::Slot slot(Duration ago) {
    auto const at = std::chrono::steady_clock::now() - ago;
    return {.scheduled = at, .started = at};
  }
  test::FakeRun run_{postgres::ConnectionParameters{}};
  Sampler reads_{context(), "heartbeat", "read", 1s};
  Sampler digest_{context(), "digest", "state", 1s};
};

TEST_F(SteadyClientsTest, AreThoseWhoseLastAnswersAreRight) {
  reads_.record(slot(0ms), right);
  digest_.record(slot(0ms), right);
  EXPECT_TRUE(steady_within(SteadyClients(context()), 10s));
}

TEST_F(SteadyClientsTest, AreNotThoseWhoFailedBeforeAndHaveNoAnswerSince) {
  reads_.record(slot(0ms), right);
  digest_.record(slot(0ms), failed);
  SteadyClients const clients(context());
  reads_.record(slot(0ms), right);
  EXPECT_FALSE(steady_within(clients, 60ms)) << "the digest's next call is still on its way";
  digest_.record(slot(0ms), right);
  EXPECT_TRUE(steady_within(clients, 10s));
}

TEST_F(SteadyClientsTest, AreNotThoseOfAnotherClassOfTheSameProbe) {
  Sampler writes(context(), "heartbeat", "write", 1s);
  writes.record(slot(0ms), failed);
  reads_.record(slot(0ms), right);
  EXPECT_FALSE(steady_within(SteadyClients(context()), 60ms));
}

TEST_F(SteadyClientsTest, ACallOvertakenByALaterOneSaysNothing) {
  reads_.record(slot(10ms), right);
  reads_.record(slot(20ms), failed);
  EXPECT_TRUE(steady_within(SteadyClients(context()), 10s));
}

TEST_F(SteadyClientsTest, AStretchBeginsAfterTheLastFailure) {
  reads_.record(slot(0ms), right);
  SteadyClients const clients(context());
  EXPECT_TRUE(steady_within(clients, 10s));
  auto const failed_at = std::chrono::steady_clock::now();
  reads_.record(slot(0ms), failed);
  reads_.record(slot(0ms), right);
  EXPECT_TRUE(steady_within(clients, 10s));
  EXPECT_GE(std::chrono::steady_clock::now() - failed_at, stretch);
}

}  // namespace
}  // namespace pgdrill::steps
