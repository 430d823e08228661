#include "harness/sandbox/api/store.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

namespace pgdrill::sandbox {
namespace {

kube::Object pod(std::string const& name) {
  return {{"metadata", {{"name", name}, {"namespace", "default"}}},
          {"spec", {{"containers", json::array{}}}}};
}

kube::Object cluster(std::string const& name) {
  return {{"metadata", {{"name", name}, {"namespace", "default"}}}, {"spec", {{"instances", 2}}}};
}

kube::Object owned_by(kube::Object object, json::value const& owner) {
  set(object, "metadata.ownerReferences",
      json::array{{{"uid", kube::uid_of(owner)}, {"name", kube::name_of(owner)}}});
  return object;
}

class StoreTest : public testing::Test {
 protected:
  asio::io_context context;
  Store store{context.get_executor()};
};

TEST_F(StoreTest, CreateFillsInWhatTheServerOwns) {
  auto const created = store.create(kube::cluster_type, cluster("orders"));
  ASSERT_TRUE(created);
  EXPECT_EQ(get_string(*created, "apiVersion"), "postgresql.cnpg.io/v1");
  EXPECT_EQ(get_string(*created, "kind"), "Cluster");
  EXPECT_EQ(kube::uid_of(*created).size(), 36U);
  EXPECT_EQ(get_int(*created, "metadata.generation"), 1);
  EXPECT_EQ(kube::version_of(*created), std::to_string(store.version()));
  EXPECT_TRUE(parse_time(get_string(*created, "metadata.creationTimestamp")));
}

TEST_F(StoreTest, SecondCreateIsAlreadyExists) {
  ASSERT_TRUE(store.create(kube::cluster_type, cluster("orders")));
  auto const again = store.create(kube::cluster_type, cluster("orders"));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().status, 409);
  EXPECT_EQ(again.error().code, "AlreadyExists");
  EXPECT_EQ(again.error().why, "clusters.postgresql.cnpg.io \"orders\" already exists");
}

TEST_F(StoreTest, CreateInMissingNamespaceIsNotFound) {
  kube::Object object = cluster("orders");
  set(object, "metadata.namespace", "nowhere");
  auto const created = store.create(kube::cluster_type, object);
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error().status, 404);
  EXPECT_EQ(created.error().why, "namespaces \"nowhere\" not found");
}

TEST_F(StoreTest, BadNamesAndLabelsAreInvalid) {
  for (std::string const name : {"Upper", "-lead", "trail-", "under_score", "", "a..b"}) {
    auto const created = store.create(kube::cluster_type, cluster(name));
    ASSERT_FALSE(created) << name;
    EXPECT_EQ(created.error().status, 422) << name;
  }
  kube::Object labelled = cluster("orders");
  set(labelled, "metadata.labels", {{"key", "not a value"}});
  auto const created = store.create(kube::cluster_type, labelled);
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error().code, "Invalid");
}

TEST_F(StoreTest, GenerateNameGivesDifferentNames) {
  kube::Object object{{"metadata", {{"generateName", "probe-"}, {"namespace", "default"}}}};
  auto const first = store.create(kube::config_map_type, object);
  auto const second = store.create(kube::config_map_type, object);
  ASSERT_TRUE(first && second);
  EXPECT_TRUE(kube::name_of(*first).starts_with("probe-"));
  EXPECT_NE(kube::name_of(*first), kube::name_of(*second));
}

TEST_F(StoreTest, UpdateRaisesGenerationOnlyWithSpec) {
  auto const created = store.create(kube::cluster_type, cluster("orders"));
  kube::Object next = created->as_object();
  set(next, "metadata.labels", {{"a", "b"}});
  auto const labelled = store.update(kube::cluster_type, next);
  ASSERT_TRUE(labelled);
  EXPECT_EQ(get_int(*labelled, "metadata.generation"), 1);
  next = labelled->as_object();
  set(next, "spec.instances", 3);
  auto const scaled = store.update(kube::cluster_type, next);
  ASSERT_TRUE(scaled);
  EXPECT_EQ(get_int(*scaled, "metadata.generation"), 2);
}

TEST_F(StoreTest, MainAndStatusDoNotTouchEachOther) {
  auto const created = store.create(kube::cluster_type, cluster("orders"));
  kube::Object next = created->as_object();
  set(next, "status.phase", "Setting up primary");
  set(next, "spec.instances", 5);
  auto const status = store.update(kube::cluster_type, next, true);
  ASSERT_TRUE(status);
  EXPECT_EQ(get_int(*status, "spec.instances"), 2);
  EXPECT_EQ(get_string(*status, "status.phase"), "Setting up primary");
  next = status->as_object();
  set(next, "status.phase", "forged");
  set(next, "spec.instances", 3);
  auto const main = store.update(kube::cluster_type, next);
  ASSERT_TRUE(main);
  EXPECT_EQ(get_string(*main, "status.phase"), "Setting up primary");
  EXPECT_EQ(get_int(*main, "spec.instances"), 3);
}

TEST_F(StoreTest, StaleVersionIsConflict) {
  auto const created = store.create(kube::cluster_type, cluster("orders"));
  kube::Object stale = created->as_object();
  kube::Object next = stale;
  set(next, "spec.instances", 3);
  ASSERT_TRUE(store.update(kube::cluster_type, next));
  set(stale, "spec.instances", 4);
  auto const refused = store.update(kube::cluster_type, stale);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  EXPECT_EQ(refused.error().code, "Conflict");
}

TEST_F(StoreTest, UnchangedModifyWritesNothing) {
  ASSERT_TRUE(store.create(kube::cluster_type, cluster("orders")));
  auto const before = store.version();
  ASSERT_TRUE(store.modify(kube::cluster_type, "default", "orders", false,
                           [](kube::Object& object) { set(object, "spec.instances", 2); }));
  EXPECT_EQ(store.version(), before);
  ASSERT_TRUE(store.modify(kube::cluster_type, "default", "orders", true,
                           [](kube::Object& object) { set(object, "status.phase", "x"); }));
  EXPECT_EQ(store.version(), before + 1);
}

TEST_F(StoreTest, FinalizersHoldADeletedObject) {
  kube::Object object = cluster("orders");
  set(object, "metadata.finalizers", json::array{"example.org/hold"});
  ASSERT_TRUE(store.create(kube::cluster_type, object));
  auto const marked = store.remove(kube::cluster_type, "default", "orders");
  ASSERT_TRUE(marked);
  EXPECT_NE(find(*marked, "metadata.deletionTimestamp"), nullptr);
  ASSERT_TRUE(store.get(kube::cluster_type, "default", "orders"));
  ASSERT_TRUE(store.modify(kube::cluster_type, "default", "orders", false,
                           [](kube::Object& held) { held["metadata"].as_object().erase("finalizers"); }));
  EXPECT_FALSE(store.get(kube::cluster_type, "default", "orders"));
}

TEST_F(StoreTest, PodsLiveThroughTheirGracePeriod) {
  ASSERT_TRUE(store.create(kube::pod_type, pod("web")));
  auto const marked = store.remove(kube::pod_type, "default", "web");
  ASSERT_TRUE(marked);
  EXPECT_EQ(get_int(*marked, "metadata.deletionGracePeriodSeconds"), 30);
  ASSERT_TRUE(store.get(kube::pod_type, "default", "web"));
  store.finalize(kube::pod_type, "default", "web");
  EXPECT_FALSE(store.get(kube::pod_type, "default", "web"));
}

TEST_F(StoreTest, ForcedPodsGoAtOnce) {
  ASSERT_TRUE(store.create(kube::pod_type, pod("web")));
  ASSERT_TRUE(store.remove(kube::pod_type, "default", "web", 0));
  EXPECT_FALSE(store.get(kube::pod_type, "default", "web"));
}

TEST_F(StoreTest, DependantsGoWithTheirLastOwner) {
  auto const first = store.create(kube::cluster_type, cluster("first"));
  auto const second = store.create(kube::cluster_type, cluster("second"));
  kube::Object shared{{"metadata", {{"name", "shared"}, {"namespace", "default"}}}};
  set(shared, "metadata.ownerReferences",
      json::array{{{"uid", kube::uid_of(*first)}}, {{"uid", kube::uid_of(*second)}}});
  ASSERT_TRUE(store.create(kube::config_map_type, shared));
  ASSERT_TRUE(store.remove(kube::cluster_type, "default", "first"));
  EXPECT_TRUE(store.get(kube::config_map_type, "default", "shared"));
  ASSERT_TRUE(store.remove(kube::cluster_type, "default", "second"));
  EXPECT_FALSE(store.get(kube::config_map_type, "default", "shared"));
}

TEST_F(StoreTest, OrphanedDependantsStay) {
  auto const owner = store.create(kube::cluster_type, cluster("orders"));
  kube::Object const kept = owned_by({{"metadata", {{"name", "kept"}, {"namespace", "default"}}}}, *owner);
  ASSERT_TRUE(store.create(kube::config_map_type, kept));
  ASSERT_TRUE(store.remove(kube::cluster_type, "default", "orders", -1, "", "Orphan"));
  auto const found = store.get(kube::config_map_type, "default", "kept");
  ASSERT_TRUE(found);
  EXPECT_EQ(find(*found, "metadata.ownerReferences"), nullptr) << "an empty list is none";
}

TEST_F(StoreTest, ForegroundDeletionWaitsForDependants) {
  auto const owner = store.create(kube::cluster_type, cluster("orders"));
  ASSERT_TRUE(store.create(kube::pod_type, owned_by(pod("orders-1"), *owner)));
  ASSERT_TRUE(store.remove(kube::cluster_type, "default", "orders", -1, "", "Foreground"));
  EXPECT_TRUE(store.get(kube::cluster_type, "default", "orders"));
  store.finalize(kube::pod_type, "default", "orders-1");
  EXPECT_FALSE(store.get(kube::cluster_type, "default", "orders"));
}

TEST_F(StoreTest, ObjectOfADeadOwnerIsCollected) {
  auto const owner = store.create(kube::cluster_type, cluster("orders"));
  ASSERT_TRUE(store.remove(kube::cluster_type, "default", "orders"));
  ASSERT_TRUE(store.create(kube::config_map_type,
                           owned_by({{"metadata", {{"name", "late"}, {"namespace", "default"}}}}, *owner)));
  EXPECT_FALSE(store.get(kube::config_map_type, "default", "late"));
}

TEST_F(StoreTest, RemoveOfAnotherIncarnationIsConflict) {
  ASSERT_TRUE(store.create(kube::cluster_type, cluster("orders")));
  auto const refused = store.remove(kube::cluster_type, "default", "orders", -1, "another-uid");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status, 409);
}

TEST_F(StoreTest, NamespaceGoesWithAllThatItHolds) {
  ASSERT_TRUE(store.create(kube::namespace_type, {{"metadata", {{"name", "develop"}}}}));
  kube::Object object = pod("web");
  set(object, "metadata.namespace", "develop");
  ASSERT_TRUE(store.create(kube::pod_type, object));
  ASSERT_TRUE(store.create(kube::config_map_type, {{"metadata", {{"name", "m"}, {"namespace", "develop"}}}}));
  ASSERT_TRUE(store.remove(kube::namespace_type, "", "develop"));
  EXPECT_FALSE(store.get(kube::config_map_type, "develop", "m"));
  auto const ending = store.get(kube::namespace_type, "", "develop");
  ASSERT_TRUE(ending);
  EXPECT_EQ(get_string(*ending, "status.phase"), "Terminating");
  set(object, "metadata.name", "late");
  auto const late = store.create(kube::pod_type, object);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().status, 403);
  store.finalize(kube::pod_type, "develop", "web");
  EXPECT_FALSE(store.get(kube::namespace_type, "", "develop"));
}

TEST_F(StoreTest, StringDataIsFoldedIn) {
  auto const created =
      store.create(kube::secret_type,
                   {{"metadata", {{"name", "s"}, {"namespace", "default"}}}, {"stringData", {{"k", "v"}}}});
  ASSERT_TRUE(created);
  EXPECT_EQ(get_string(*created, "data.k"), "dg==");
  EXPECT_EQ(find(*created, "stringData"), nullptr);
}

TEST_F(StoreTest, JobTemplateIsImmutable) {
  kube::Object job{
      {"metadata", {{"name", "migrate"}, {"namespace", "default"}}},
      {"spec", {{"template", {{"spec", {{"containers", json::array{{{"name", "c"}, {"image", "a"}}}}}}}}}}};
  ASSERT_TRUE(store.create(kube::job_type, job));
  ASSERT_TRUE(store.update(kube::job_type, job)) << "the same again, before its defaults, is no change";
  set(job, "spec.template.spec.containers", json::array{{{"name", "c"}, {"image", "b"}}});
  auto const refused = store.update(kube::job_type, job);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status, 422);
  EXPECT_NE(refused.error().why.find("spec.template: Invalid value"), std::string::npos);
  EXPECT_NE(refused.error().why.find("field is immutable"), std::string::npos);
}

TEST_F(StoreTest, ListSelects) {
  for (std::string const name : {"a", "b"}) {
    kube::Object object = pod(name);
    set(object, "metadata.labels", {{"app", name}});
    ASSERT_TRUE(store.create(kube::pod_type, object));
  }
  EXPECT_EQ(store.list(kube::pod_type, "").size(), 2U);
  EXPECT_EQ(store.list(kube::pod_type, "kube-system").size(), 0U);
  ASSERT_EQ(store.list(kube::pod_type, "default", "app=a").size(), 1U);
  ASSERT_EQ(store.list(kube::pod_type, "default", "", "metadata.name=b").size(), 1U);
  EXPECT_EQ(kube::name_of(store.list(kube::pod_type, "default", "", "metadata.name=b")[0]), "b");
}

TEST_F(StoreTest, EqualEventsAreCounted) {
  auto const about = store.create(kube::cluster_type, cluster("orders"));
  store.record_event(*about, "Normal", "Failover", "from orders-1 to orders-2");
  store.record_event(*about, "Normal", "Failover", "from orders-1 to orders-2");
  auto const events =
      store.list(kube::event_type, "default", "", "involvedObject.uid=" + kube::uid_of(*about));
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(get_int(events[0], "count"), 2);
}

}  // namespace
}  // namespace pgdrill::sandbox
