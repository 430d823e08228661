// Each check tells what is missing and how to mend it, against a Kubernetes API in memory.
#include <gmock/gmock.h>

#include "harness/doctor/patient.hpp"
#include "harness/engine/context.hpp"
#include "tests/unit/engine/fake_client.hpp"

namespace pgdrill::doctor {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// A healthy namespace, as far as an API can tell.
class Checks : public testing::Test {
 protected:
  Checks() {
    engine::allow_faults(*client_);
    put(kube::cluster_type, "orders",
        R"({"spec":{"instances":2,"backup":{"barmanObjectStore":{"destinationPath":"s3://backups/","s3Credentials":
          {"accessKeyId":{"name":"store","key":"ID"},"secretAccessKey":{"name":"store","key":"KEY"}}}}},
          "status":{"phase":"Cluster in healthy state","readyInstances":2,"instances":2,"currentPrimary":"orders-1",
          "conditions":[{"type":"Ready","status":"True"},{"type":"ContinuousArchiving","status":"True"}]}})");
    put(kube::secret_type, "store", R"({"data":{"ID":"eA==","KEY":"eQ=="}})");
    put(kube::git_repository_type, "app",
        R"({"spec":{"ref":{"branch":"main"}},"status":{"conditions":[{"type":"Ready","status":"True"}]}})");
    put(kube::kustomization_type, "migrations",
        R"({"spec":{},"status":{"conditions":[{"type":"Ready","status":"True"}]}})");
    patient_.kube = client_;
    patient_.databases = &databases_;
    patient_.target = {.ns = "develop", .cluster = "orders", .service = "orders-db", .secret = "orders-app"};
    patient_.repositories = {"app"};
    patient_.kustomizations = {"migrations"};
    patient_.rights = {
        {"", {"pods/exec"}, {"create"}}, {"", {"secrets"}, {"get"}}, {"", {"services"}, {"patch"}}};
  }

  void put(kube::ResourceType const& type, std::string const& name, std::string_view content) {
    client_->put({type, "develop", name}, parse_json(content).value().as_object());
  }
  void change(kube::ResourceType const& type, std::string const& name, std::string_view path,
              json::value value) {
    kube::ObjectRef const ref{type, "develop", name};
    kube::Object object = client_->object(ref)->as_object();
    set(object, path, std::move(value));
    client_->put(ref, std::move(object));
  }

  /// The gravest finding of a check.
  Finding worst(std::string_view name) {
    Finding gravest;
    for (Check const& check : checks()) {
      if (check.name != name) continue;
      for (Finding& finding : run_to_end(check.examine(patient_))) {
        bool const graver = finding.status == Status::missing || gravest.status == Status::good;
        if (graver && (gravest.status != Status::missing)) gravest = std::move(finding);
      }
      return gravest;
    }
    ADD_FAILURE() << "there is no check " << name;
    return gravest;
  }

  std::shared_ptr<engine::FakeClient> client_ = std::make_shared<engine::FakeClient>();
  cnpg::DatabaseAccess databases_{client_, "develop"};
  Patient patient_;
};

TEST_F(Checks, FindNothingWrongWithAHealthyNamespace) {
  for (std::string_view const name :
       {"opt-in", "leftovers", "permissions", "cluster", "object-store", "flux"}) {
    Finding const finding = worst(name);
    EXPECT_EQ(finding.status, Status::good) << name << ": " << finding.what << ": " << finding.why;
    EXPECT_FALSE(finding.what.empty()) << name;
  }
  EXPECT_TRUE(client_->calls.empty() ||
              client_->calls.front().find("SelfSubjectAccessReview") != std::string::npos)
      << "a check changes nothing";
}

TEST_F(Checks, EachIsRegisteredUnderItsOwnOrder) {
  std::set<int> orders;
  for (Check const& check : checks()) EXPECT_TRUE(orders.insert(check.order).second) << check.name;
  EXPECT_GE(orders.size(), 12U);
}

TEST_F(Checks, TellAMissingOptIn) {
  client_->put({kube::namespace_type, "", "develop"}, {});
  Finding const finding = worst("opt-in");
  EXPECT_EQ(finding.status, Status::missing);
  EXPECT_THAT(finding.todo, HasSubstr("kubectl label namespace develop pgdrill.io/allow-faults=true"));
}

TEST_F(Checks, TellARunThatHoldsTheNamespace) {
  put(kube::lease_type, "pgdrill",
      R"({"spec":{"holderIdentity":"r1","leaseDurationSeconds":12,"renewTime":")" +
          format_rfc3339(wall_now()) + R"("}})");
  Finding const alive = worst("leftovers");
  EXPECT_EQ(alive.status, Status::missing);
  EXPECT_THAT(alive.why, HasSubstr("r1"));
  change(kube::lease_type, "pgdrill", "spec.renewTime", "2020-01-01T00:00:00.000000Z");
  Finding const dead = worst("leftovers");
  EXPECT_EQ(dead.status, Status::warning);
  EXPECT_THAT(dead.todo, HasSubstr("pgdrill cleanup -n develop"));
}

TEST_F(Checks, TellExactlyTheRightsThatAreDenied) {
  client_->may = [](json::value const& attributes) {
    return get_string(attributes, "subresource") != "exec";
  };
  Finding const finding = worst("permissions");
  EXPECT_EQ(finding.status, Status::missing);
  EXPECT_THAT(finding.what, HasSubstr("1 of 3 rights"));
  EXPECT_THAT(finding.why, AllOf(HasSubstr("create pods/exec"), Not(HasSubstr("secrets"))));
  EXPECT_THAT(finding.todo, HasSubstr("pgdrill rbac"));
}

TEST_F(Checks, TakeARightForTheNamedObjectAsEnough) {
  client_->may = [](json::value const& attributes) {
    return get_string(attributes, "resource") != "secrets" || get_string(attributes, "name") == "orders-app";
  };
  EXPECT_EQ(worst("permissions").status, Status::good) << "a Role may name the Secret";
  patient_.target.secret = "another";
  EXPECT_EQ(worst("permissions").status, Status::missing);
}

TEST_F(Checks, DoNotGuessRightsWhenTheApiDoesNotAnswer) {
  client_->intercept = [](std::string const& call) -> std::optional<Error> {
    if (call.find("SelfSubjectAccessReview") == std::string::npos) return std::nullopt;
    return Error{.kind = ErrorKind::not_found, .what = "not served", .status = 404};
  };
  EXPECT_EQ(worst("permissions").status, Status::unknown);
}

TEST_F(Checks, TellAnUnhealthyCluster) {
  change(kube::cluster_type, "orders", "status.phase", "Failing over");
  Finding const finding = worst("cluster");
  EXPECT_EQ(finding.status, Status::missing);
  EXPECT_THAT(finding.why, HasSubstr("Failing over"));
}

TEST_F(Checks, NameTheClustersThatThereAre) {
  patient_.target.cluster = "oders";
  EXPECT_THAT(worst("cluster").todo, HasSubstr("orders"));
}

TEST_F(Checks, TellAClusterWithoutArchive) {
  put(kube::cluster_type, "orders", R"({"spec":{"instances":1},"status":{"phase":"Cluster in healthy state",
      "readyInstances":1,"instances":1}})");
  EXPECT_EQ(worst("archiving").status, Status::missing);
  EXPECT_EQ(worst("object-store").status, Status::missing);
  EXPECT_EQ(worst("cluster").status, Status::warning) << "one instance cannot fail over";
}

TEST_F(Checks, TellAnArchiveThatFails) {
  change(kube::cluster_type, "orders", "status.conditions",
         parse_json(R"([{"type":"ContinuousArchiving","status":"False","reason":"ContinuousArchivingFailing",
                     "message":"exit status 4"}])")
             .value());
  Finding const finding = worst("archiving");
  EXPECT_EQ(finding.status, Status::missing);
  EXPECT_THAT(finding.why, HasSubstr("exit status 4"));
}

TEST_F(Checks, TellABackupThatKeepsOthersPending) {
  put(kube::backup_type, "stuck",
      R"({"spec":{"cluster":{"name":"orders"}},"status":{"phase":"walArchivingFailing"}})");
  Finding const finding = worst("backups");
  EXPECT_EQ(finding.status, Status::missing);
  EXPECT_THAT(finding.todo, HasSubstr("kubectl delete backup stuck -n develop"));
}

TEST_F(Checks, TellCredentialsThatAreNotThere) {
  put(kube::secret_type, "store", R"({"data":{"ID":"eA=="}})");
  Finding const finding = worst("object-store");
  EXPECT_EQ(finding.status, Status::missing);
  EXPECT_THAT(finding.what, HasSubstr("key KEY of Secret develop/store"));
  EXPECT_THAT(finding.what + finding.why, Not(HasSubstr("eA=="))) << "a secret may not be shown";
}

TEST_F(Checks, TellSuspendedAndFailingFluxObjects) {
  change(kube::kustomization_type, "migrations", "spec.suspend", true);
  EXPECT_THAT(worst("flux").what, HasSubstr("Kustomization develop/migrations is suspended"));
  change(kube::kustomization_type, "migrations", "spec.suspend", false);
  change(kube::kustomization_type, "migrations", "status.conditions",
         parse_json(R"([{"type":"Ready","status":"False","reason":"BuildFailed","message":"no such file"}])")
             .value());
  EXPECT_THAT(worst("flux").why, HasSubstr("BuildFailed: no such file"));
  put(kube::git_repository_type, "app",
      R"({"spec":{"ref":{"tag":"v1"}},"status":{"conditions":[{"type":"Ready","status":"True"}]}})");
  put(kube::kustomization_type, "migrations",
      R"({"spec":{},"status":{"conditions":[{"type":"Ready","status":"True"}]}})");
  EXPECT_THAT(worst("flux").what, HasSubstr("follows no branch"));
}

TEST_F(Checks, FindTheServiceThatTheApplicationUses) {
  put(kube::service_type, "orders-rw",
      R"({"metadata":{"labels":{"cnpg.io/cluster":"orders"}},"spec":{"selector":
      {"cnpg.io/cluster":"orders","cnpg.io/instanceRole":"primary"}}})");
  put(kube::service_type, "orders-db",
      R"({"spec":{"selector":{"cnpg.io/cluster":"orders","cnpg.io/instanceRole":"primary"}}})");
  put(kube::service_type, "orders-reports",
      R"({"spec":{"selector":{"cnpg.io/cluster":"orders","cnpg.io/instanceRole":"replica"}}})");
  Result<Patient> const found = run_to_end(find_patient(client_, "develop", ""));
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->target.cluster, "orders");
  EXPECT_EQ(found->target.service, "orders-db");
  EXPECT_TRUE(found->repositories.contains("app"));
}

TEST_F(Checks, AskWhichOfSeveralClustersIsMeant) {
  put(kube::cluster_type, "shop", "{}");
  Result<Patient> const found = run_to_end(find_patient(client_, "develop", ""));
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().kind, ErrorKind::usage);
  EXPECT_THAT(found.error().what, HasSubstr("orders, shop"));
}

}  // namespace
}  // namespace pgdrill::doctor
