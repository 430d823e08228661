#include "harness/engine/lease.hpp"

#include <gmock/gmock.h>

#include "tests/unit/engine/fake_client.hpp"

namespace pgdrill::engine {
namespace {

using testing::HasSubstr;

kube::ObjectRef const lease{kube::lease_type, "develop", "pgdrill"};

class Lease : public testing::Test {
 protected:
  void held_by(std::string const& run, Duration renewed_ago) {
    WallTime const renewed = wall_now() - std::chrono::floor<std::chrono::microseconds>(renewed_ago);
    client_->put(lease, {{"spec",
                          {{"holderIdentity", run},
                           {"leaseDurationSeconds", 12},
                           {"leaseTransitions", 4},
                           {"renewTime", format_rfc3339(renewed)}}}});
  }
  std::string holder() const { return get_string(*client_->object(lease), "spec.holderIdentity"); }

  std::shared_ptr<FakeClient> client_ = std::make_shared<FakeClient>();
  NamespaceLease mine_{client_, "develop", "r1"};
};

TEST_F(Lease, IsTakenAndGivenBack) {
  ASSERT_TRUE(run_to_end(mine_.acquire()));
  EXPECT_EQ(holder(), "r1");
  EXPECT_TRUE(mine_.held());
  ASSERT_TRUE(run_to_end(mine_.release()));
  EXPECT_FALSE(client_->exists(lease));
  EXPECT_TRUE(run_to_end(mine_.release())) << "twice does no harm";
}

TEST_F(Lease, OfAnotherRunIsRefusedNamingIt) {
  held_by("r2", std::chrono::seconds(1));
  Result<> const taken = run_to_end(mine_.acquire());
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().kind, ErrorKind::refused);
  EXPECT_THAT(describe(taken.error()), HasSubstr("run r2 holds it"));
  EXPECT_THAT(describe(taken.error()), HasSubstr("pgdrill cleanup -n develop"));
  EXPECT_EQ(holder(), "r2");
  EXPECT_TRUE(run_to_end(mine_.release()));
  EXPECT_EQ(holder(), "r2") << "what is not held is not released";
}

TEST_F(Lease, ThatExpiredIsTakenOver) {
  held_by("r2", std::chrono::seconds(13));
  ASSERT_TRUE(run_to_end(mine_.acquire()));
  EXPECT_EQ(holder(), "r1");
  EXPECT_EQ(get_int(*client_->object(lease), "spec.leaseTransitions"), 5);
}

TEST_F(Lease, ThatAnotherTakesOverFirstIsRefused) {
  held_by("r2", std::chrono::seconds(13));
  client_->intercept = [this](std::string const& call) -> std::optional<Error> {
    if (call.starts_with("update")) held_by("r3", Duration::zero());
    return {};
  };
  EXPECT_FALSE(run_to_end(mine_.acquire()));
  EXPECT_EQ(holder(), "r3");
}

TEST_F(Lease, OfADeadRunIsReleasedByCleanUp) {
  held_by("r2", std::chrono::seconds(13));
  ASSERT_TRUE(run_to_end(release_stale_lease(*client_, "develop")));
  EXPECT_FALSE(client_->exists(lease));
  EXPECT_TRUE(run_to_end(release_stale_lease(*client_, "develop")));
}

TEST_F(Lease, OfALivingRunIsNotReleasedByCleanUp) {
  held_by("r2", std::chrono::milliseconds(11900));
  int reads = 0;
  client_->intercept = [&](std::string const& call) -> std::optional<Error> {
    if (call.starts_with("get") && ++reads == 2) held_by("r2", Duration::zero());
    return {};
  };
  Result<> const released = run_to_end(release_stale_lease(*client_, "develop"));
  ASSERT_FALSE(released);
  EXPECT_EQ(released.error().kind, ErrorKind::refused);
  EXPECT_THAT(released.error().why, HasSubstr("alive"));
  EXPECT_TRUE(client_->exists(lease));
}

}  // namespace
}  // namespace pgdrill::engine
