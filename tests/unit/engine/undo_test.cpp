#include "harness/engine/undo.hpp"

#include <gmock/gmock.h>

#include "harness/engine/context.hpp"
#include "harness/engine/undo_records.hpp"
#include "tests/unit/engine/fake_client.hpp"
#include "tests/unit/engine/journal_file.hpp"

namespace pgdrill::engine {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

kube::ObjectRef service(std::string const& name) { return {kube::service_type, "develop", name}; }
kube::ObjectRef const records{kube::config_map_type, "develop", "pgdrill-undo-r1"};

class Undo : public testing::Test {
 protected:
  Result<std::string> announce(UndoRecord record) { return run_to_end(log_.announce(std::move(record))); }
  std::vector<UndoRecord> undo_all() { return run_to_end(log_.undo_all(context_)); }
  std::vector<PendingUndo> pending() { return run_to_end(pending_undo(*client_, "develop")).value(); }

  JournalFile journal_;
  std::shared_ptr<FakeClient> client_ = std::make_shared<FakeClient>();
  cnpg::DatabaseAccess databases_{client_, "develop"};
  UndoContext context_{.kube = client_, .ns = "develop", .run_id = "r1", .databases = databases_};
  UndoLog log_{*journal_, client_, "develop", "r1"};
};

TEST_F(Undo, IsInTheJournalBeforeTheNamespaceAndInBothBeforeTheAct) {
  std::size_t written = 0;
  client_->intercept = [&](std::string const& call) -> std::optional<Error> {
    if (call.starts_with("create")) written = journal_.events().size();
    return {};
  };
  ASSERT_TRUE(announce(undo_by_delete(service("a"))));
  EXPECT_EQ(written, 1U) << "the journal comes first";
  EXPECT_THAT(journal_.story(), ElementsAre("undo-announced 1"));
  std::vector<PendingUndo> const all = pending();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].run_id, "r1");
  ASSERT_EQ(all[0].records.size(), 1U);
  EXPECT_EQ(all[0].records[0].summary, "delete Service develop/a");
}

TEST_F(Undo, ThatCannotBeStoredForbidsTheAct) {
  client_->intercept = [](std::string const&) -> std::optional<Error> {
    return Error{.kind = ErrorKind::refused, .what = "forbidden"};
  };
  EXPECT_FALSE(announce(undo_by_delete(service("a"))));
}

TEST_F(Undo, OfAnUnknownKindIsOurBug) {
  Result<std::string> const announced = announce({.kind = "levitate", .summary = "", .record = {}});
  ASSERT_FALSE(announced);
  EXPECT_EQ(announced.error().kind, ErrorKind::internal);
  EXPECT_THAT(journal_.story(), IsEmpty());
}

TEST_F(Undo, GoesLastInFirstOut) {
  for (char const* const name : {"a", "b", "c"}) {
    client_->put(service(name), {});
    ASSERT_TRUE(announce(undo_by_delete(service(name))));
  }
  client_->calls.clear();
  EXPECT_THAT(undo_all(), IsEmpty());
  std::erase_if(client_->calls, [](std::string const& call) { return !call.starts_with("delete Service"); });
  EXPECT_THAT(client_->calls, ElementsAre("delete Service develop/c", "delete Service develop/b",
                                          "delete Service develop/a"));
  EXPECT_FALSE(client_->exists(records)) << "nothing is pending, so no record stays";
}

TEST_F(Undo, TakesAlreadyGoneForSuccessAndMayBeRepeated) {
  ASSERT_TRUE(announce(undo_by_delete(service("a"))));
  EXPECT_THAT(undo_all(), IsEmpty());
  EXPECT_THAT(undo_all(), IsEmpty());
  EXPECT_THAT(journal_.story(), ElementsAre("undo-announced 1", "undo-started 1", "undo-finished 1 done"));
}

TEST_F(Undo, GoesOnPastAFailureAndKeepsWhatIsLeft) {
  for (char const* const name : {"a", "b"}) {
    client_->put(service(name), {});
    ASSERT_TRUE(announce(undo_by_delete(service(name))));
  }
  client_->intercept = [](std::string const& call) -> std::optional<Error> {
    if (call != "delete Service develop/b") return {};
    return Error{.kind = ErrorKind::refused, .what = "forbidden"};
  };
  std::vector<UndoRecord> const left = undo_all();
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].summary, "delete Service develop/b");
  EXPECT_FALSE(client_->exists(service("a")));
  std::vector<PendingUndo> const all = pending();
  ASSERT_EQ(all.size(), 1U);
  ASSERT_EQ(all[0].records.size(), 1U);
  EXPECT_EQ(all[0].records[0].id, "2");
  client_->intercept = {};
  EXPECT_THAT(undo_all(), IsEmpty());
  EXPECT_FALSE(client_->exists(service("b")));
  EXPECT_THAT(pending(), IsEmpty());
}

TEST_F(Undo, PutsFormerValuesBackAndRemovesNewOnes) {
  json::object const former{{"spec", {{"selector", {{"cnpg.io/cluster", "orders"}}}, {"extra", nullptr}}}};
  client_->put(service("db"), {{"spec", {{"selector", {{"cnpg.io/cluster", "restored"}}}, {"extra", 1}}}});
  ASSERT_TRUE(announce(undo_by_patch(service("db"), former, "back")));
  EXPECT_THAT(undo_all(), IsEmpty());
  json::value const* const spec = find(*client_->object(service("db")), "spec");
  ASSERT_NE(spec, nullptr);
  EXPECT_EQ(canonical(*spec), R"({"selector":{"cnpg.io/cluster":"orders"}})");
}

TEST_F(Undo, TakesTheLastAnnotationAway) {
  client_->put(service("db"), {{"metadata", {{"annotations", {{"cnpg.io/fencedInstances", "[]"}}}}}});
  json::object const former{{"metadata", {{"annotations", {{"cnpg.io/fencedInstances", nullptr}}}}}};
  ASSERT_TRUE(announce(undo_by_patch(service("db"), former, "back")));
  EXPECT_THAT(undo_all(), IsEmpty());
  EXPECT_EQ(find(*client_->object(service("db")), "metadata.annotations"), nullptr);
}

TEST_F(Undo, OfAPatchWhoseObjectIsGoneIsDone) {
  ASSERT_TRUE(announce(undo_by_patch(service("db"), json::object{{"spec", json::object{}}}, "back")));
  EXPECT_THAT(undo_all(), IsEmpty());
}

TEST_F(Undo, WorksFromTheNamespaceInAnotherProcess) {
  client_->put(service("a"), {});
  ASSERT_TRUE(announce(undo_by_delete(service("a"))));
  JournalFile other_journal;
  UndoLog other(*other_journal, client_, "develop", "r1");
  other.adopt(pending().front().records, true);
  EXPECT_THAT(run_to_end(other.undo_all(context_)), IsEmpty());
  EXPECT_FALSE(client_->exists(service("a")));
  EXPECT_THAT(pending(), IsEmpty());
}

TEST_F(Undo, WorksFromAJournalAlone) {
  std::vector<UndoRecord> adopted;
  for (char const* const name : {"a", "b"}) {
    client_->put(service(name), {});
    UndoRecord record = undo_by_delete(service(name));
    record.id = name;
    adopted.push_back(std::move(record));
  }
  log_.adopt(adopted, true);  // the ConfigMap is lost
  EXPECT_THAT(undo_all(), IsEmpty());
  EXPECT_THAT(log_.failures(), IsEmpty());
  EXPECT_FALSE(client_->exists(records));
}

TEST(UndoRecords, ThatLackAPartAreInvalid) {
  EXPECT_TRUE(parse_undo_record({{"id", "1"}, {"kind", "x"}, {"record", json::object{}}}));
  EXPECT_FALSE(parse_undo_record({{"id", "1"}, {"kind", "x"}}));
  EXPECT_FALSE(parse_undo_record({{"id", "1"}, {"record", json::object{}}}));
  EXPECT_FALSE(parse_undo_record({{"kind", "x"}, {"record", json::object{}}}));
}

TEST(NameForRun, StaysWithinCnpgsLimit) {
  EXPECT_EQ(name_for_run("orders", "r12345678"), "orders-r12345678");
  EXPECT_EQ(name_for_run("orders-r12345678", "r12345678"), "orders-r12345678-2");
  EXPECT_EQ(name_for_run("orders-r12345678-2", "r12345678"), "orders-r12345678-3");
  EXPECT_EQ(name_for_run("orders-r12345678-old", "r12345678"), "orders-r12345678-old-r12345678");
  std::string const again = name_for_run(name_for_run(std::string(60, 'a'), "r12345678"), "r12345678");
  EXPECT_EQ(again, std::string(38, 'a') + "-r12345678-2") << "the limit cuts the base, not what tells apart";
  std::string const long_name = name_for_run(std::string(60, 'a'), "r12345678");
  EXPECT_EQ(long_name.size(), 50U);
  EXPECT_TRUE(long_name.ends_with("-r12345678"));
  EXPECT_EQ(name_for_run(std::string(39, 'a') + "-b", "r12345678"), std::string(39, 'a') + "-r12345678");
}

}  // namespace
}  // namespace pgdrill::engine
