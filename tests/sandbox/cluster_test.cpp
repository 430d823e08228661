// Clusters of the sandbox with real PostgreSQL, driven from outside: by kubectl, as a user drives them.
#include <gtest/gtest.h>

#include "harness/base/files.hpp"
#include "harness/base/text.hpp"
#include "harness/base/time.hpp"
#include "tests/support/sandbox.hpp"

namespace pgdrill::test {
namespace {

constexpr auto recovery_limit = std::chrono::seconds(90);

class Clusters : public testing::Test {
 protected:
  /// Here and not in SetUpTestSuite, whose failures would pass as skipped tests.
  void SetUp() override {
    if (sandbox_ != nullptr) return;
    sandbox_ = std::make_unique<Sandbox>(true);
    bring_up();
    if (HasFatalFailure()) sandbox_.reset();
  }
  static void bring_up() {
    apply(R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"develop"}})");
    apply(
        R"({"apiVersion":"postgresql.cnpg.io/v1","kind":"Cluster","metadata":{"name":"orders","namespace":"develop"},
      "spec":{"instances":2,"storage":{"size":"1Gi"},"bootstrap":{"initdb":{"database":"app","owner":"app"}},
      "backup":{"barmanObjectStore":{"destinationPath":"s3://backups/"}}}})");
    ASSERT_TRUE(becomes_healthy("orders")) << state_of_namespace();
    apply(
        R"({"apiVersion":"postgresql.cnpg.io/v1","kind":"Backup","metadata":{"name":"first","namespace":"develop"},
      "spec":{"cluster":{"name":"orders"},"target":"primary"}})");
    ASSERT_TRUE(eventually([] { return text("backup", "first", "status.phase") == "completed"; }))
        << state_of_namespace();
  }
  static void TearDownTestSuite() { sandbox_.reset(); }

  static void apply(std::string const& object) {
    auto const file = sandbox_->directory().parent_path() / "object.json";
    ASSERT_TRUE(write_file_atomically(file, object));
    auto const result = sandbox_->kubectl({"apply", "-f", file.string()});
    ASSERT_EQ(result.exit_code, 0) << result.err;
  }
  static std::string text(std::string const& kind, std::string const& name, std::string const& path) {
    return get_string(sandbox_->get(kind, name), path);
  }
  /// For a failure's message: what a person would look at first.
  static std::string state_of_namespace() {
    auto const seen = [](std::vector<std::string> const& arguments) {
      auto const result = sandbox_->kubectl(arguments);
      return result.out + result.err;
    };
    return seen({"get", "clusters.postgresql.cnpg.io,jobs,pods,pvc,events", "-n", "develop"}) +
           seen({"logs", "-n", "develop", "-l", "cnpg.io/cluster", "--prefix", "--tail=20"}) +
           sandbox_->state_of_process();
  }
  static bool becomes_healthy(std::string const& cluster) {
    return eventually([&] { return text("cluster", cluster, "status.phase") == "Cluster in healthy state"; },
                      recovery_limit);
  }
  static std::string primary_of(std::string const& cluster) {
    return text("cluster", cluster, "status.currentPrimary");
  }

  /// The trimmed output of a statement on the primary.
  static std::string sql(std::string const& cluster, std::string const& statement) {
    auto const result = sandbox_->kubectl({"exec", "-n", "develop", primary_of(cluster), "--", "psql", "-U",
                                           "postgres", "-qAtc", statement, "app"});
    EXPECT_EQ(result.exit_code, 0) << statement << ": " << result.err;
    return std::string(trim(result.out));
  }
  static void restore(std::string const& name, std::string const& target) {
    apply(fmt::format(
        R"({{"apiVersion":"postgresql.cnpg.io/v1","kind":"Cluster","metadata":{{"name":"{}","namespace":"develop"}},
      "spec":{{"instances":1,"storage":{{"size":"1Gi"}},"bootstrap":{{"recovery":{{"source":"origin","database":"app",
      "owner":"app","secret":{{"name":"orders-app"}},"recoveryTarget":{}}}}},"externalClusters":[{{"name":"origin",
      "barmanObjectStore":{{"destinationPath":"s3://backups/","serverName":"orders"}}}}],
      "backup":{{"barmanObjectStore":{{"destinationPath":"s3://backups/"}}}}}}}})",
        name, target));
  }
  static void remove(std::string const& cluster) {
    (void)sandbox_->kubectl({"delete", "cluster", cluster, "-n", "develop"});
  }
  static void kill_pod(std::string const& name) {
    auto const killed =
        sandbox_->kubectl({"delete", "pod", name, "-n", "develop", "--grace-period=0", "--force"});
    ASSERT_EQ(killed.exit_code, 0) << killed.err;
  }
  static json::array recovery_pods(std::string const& cluster) {
    auto const result =
        sandbox_->kubectl({"get", "pods", "-n", "develop", "-l",
                           "cnpg.io/jobRole=full-recovery,cnpg.io/cluster=" + cluster, "-o", "json"});
    auto const list = parse_json(result.out).value_or(nullptr);
    auto const* items = find(list, "items");
    return items == nullptr ? json::array() : items->as_array();
  }
  static std::string recovery_log(std::string const& cluster) {
    std::string all;
    for (auto const& pod : recovery_pods(cluster)) {
      all += sandbox_->kubectl({"logs", "-n", "develop", get_string(pod, "metadata.name")}).out;
    }
    return all;
  }

  static std::unique_ptr<Sandbox> sandbox_;
};

std::unique_ptr<Sandbox> Clusters::sandbox_;

TEST_F(Clusters, AreShownWithCnpgsColumns) {
  auto const shown = sandbox_->kubectl({"get", "clusters.postgresql.cnpg.io", "-n", "develop"});
  for (auto const* word :
       {"AGE", "INSTANCES", "READY", "STATUS", "PRIMARY", "Cluster in healthy state", "orders-1"}) {
    EXPECT_NE(shown.out.find(word), std::string::npos) << word << " in\n" << shown.out;
  }
}

TEST_F(Clusters, ReplicaStreamsFromThePrimary) {
  EXPECT_EQ(
      sql("orders",
          "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming' AND NOT pg_is_in_recovery()"),
      "1");
}

TEST_F(Clusters, BackupSaysWhereItEndsAndThatWalIsArchived) {
  auto const backup = sandbox_->get("backup", "first");
  std::string const wal = get_string(backup, "status.endWal");
  ASSERT_EQ(wal.size(), 24U);
  auto const file = sandbox_->directory() / "store/backups/orders/wals" / wal.substr(0, 16) / wal;
  EXPECT_TRUE(eventually([&] { return std::filesystem::exists(file); }));
  EXPECT_FALSE(text("cluster", "orders", "status.firstRecoverabilityPoint").empty());
}

TEST_F(Clusters, RecoverToEveryKindOfTarget) {
  sql("orders", "CREATE TABLE marks (mark int); INSERT INTO marks VALUES (1)");
  std::string const time = sql("orders", "SELECT clock_timestamp() AT TIME ZONE 'UTC'") + "+00:00";
  std::string const lsn = sql("orders", "SELECT pg_current_wal_insert_lsn()");
  sql("orders", "SELECT pg_create_restore_point('between')");
  std::string const xid =
      sql("orders",
          "WITH new AS (INSERT INTO marks VALUES (2) RETURNING 1) SELECT pg_current_xact_id() FROM new");
  sql("orders", "INSERT INTO marks VALUES (3)");
  sql("orders", "CHECKPOINT");
  std::string const segment = sql("orders", "SELECT pg_walfile_name(pg_switch_wal())");
  auto const archived = sandbox_->directory() / "store/backups/orders/wals" / segment.substr(0, 16) / segment;
  ASSERT_TRUE(eventually([&] { return std::filesystem::exists(archived); }));
  std::string const id = text("backup", "first", "status.backupId");

  restore("by-time", fmt::format(R"({{"targetTime":"{}"}})", time));
  restore("by-lsn", fmt::format(R"({{"targetLSN":"{}"}})", lsn));
  restore("by-name", fmt::format(R"({{"targetName":"between","backupID":"{}"}})", id));
  restore("by-xid", fmt::format(R"({{"targetXID":"{}","backupID":"{}"}})", xid, id));
  restore("immediate", fmt::format(R"({{"targetImmediate":true,"backupID":"{}"}})", id));
  std::string const marks = "SELECT string_agg(mark::text, ',' ORDER BY mark) FROM marks";
  for (auto const* name : {"by-time", "by-lsn", "by-name"}) {
    ASSERT_TRUE(becomes_healthy(name)) << recovery_log(name);
    EXPECT_EQ(sql(name, marks), "1") << name;
  }
  ASSERT_TRUE(becomes_healthy("by-xid"));
  EXPECT_EQ(sql("by-xid", marks), "1,2");
  ASSERT_TRUE(becomes_healthy("immediate"));
  EXPECT_EQ(sql("immediate", "SELECT to_regclass('marks') IS NULL"), "t");
  EXPECT_EQ(get_int(sandbox_->get("cluster", "by-time"), "status.timelineID"), 2);
  for (auto const* name : {"by-time", "by-lsn", "by-name", "by-xid", "immediate"}) remove(name);
}

TEST_F(Clusters, AreRefusedWhenCnpgsWebhookWouldRefuse) {
  auto const file = sandbox_->directory().parent_path() / "wrong.json";
  ASSERT_TRUE(write_file_atomically(
      file,
      R"({"apiVersion":"postgresql.cnpg.io/v1","kind":"Cluster","metadata":{"name":"wrong","namespace":"develop"},
      "spec":{"instances":1,"storage":{"size":"1Gi"},"externalClusters":[{"name":"origin"}],"bootstrap":{"recovery":
      {"source":"origin","recoveryTarget":{"targetTime":"yesterday"}}}}})"));
  auto const result = sandbox_->kubectl({"apply", "-f", file.string()});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.err.find("TargetTime"), std::string::npos) << result.err;
  EXPECT_TRUE(sandbox_->get("cluster", "wrong").is_null());
}

/// Newer kubectls speak WebSocket unless told otherwise; older ones know SPDY only.
TEST_F(Clusters, AnswerExecOverSpdy) {
  auto const exec = [](std::string const& script) {
    return run({"env", "KUBECTL_REMOTE_COMMAND_WEBSOCKETS=false", "kubectl", "--kubeconfig",
                sandbox_->kubeconfig(), "--cache-dir",
                (sandbox_->directory().parent_path() / "kubectl-cache").string(), "exec", "-n", "develop",
                primary_of("orders"), "--", "sh", "-c", script});
  };
  auto const large = exec("head -c 300000 /dev/zero | tr '\\0' x");
  EXPECT_EQ(large.out, std::string(300'000, 'x'));
  auto const failing = exec("echo why >&2; exit 7");
  EXPECT_EQ(failing.exit_code, 7);
  EXPECT_NE(failing.err.find("why"), std::string::npos) << failing.err;
}

TEST_F(Clusters, SayWhyATargetCannotBeReached) {
  restore("too-late", R"({"targetTime":"2099-01-01 00:00:00+00:00"})");
  restore("too-early", R"({"targetTime":"2001-01-01 00:00:00+00:00"})");
  EXPECT_TRUE(eventually([] {
    return recovery_log("too-late").find("recovery ended before configured recovery target was reached") !=
           std::string::npos;
  }));
  EXPECT_TRUE(eventually(
      [] { return recovery_log("too-early").find("no target backup found") != std::string::npos; }));
  EXPECT_EQ(text("cluster", "too-late", "status.phase"), "Setting up primary");
  remove("too-late");
  remove("too-early");
}

TEST_F(Clusters, RetryARecoveryWhosePodWasKilled) {
  // So much WAL that the restore is not over when the kill comes: once it has been promoted its archive is no
  // longer empty, and no second try can succeed.
  for (int segment = 0; segment < 16; ++segment) {
    sql("orders", fmt::format("SELECT pg_create_restore_point('segment-{}'), pg_switch_wal()", segment));
  }
  restore("killed", fmt::format(R"({{"targetName":"segment-15","backupID":"{}"}})",
                                text("backup", "first", "status.backupId")));
  std::string first;
  ASSERT_TRUE(eventually([&first] {
    for (auto const& pod : recovery_pods("killed")) {
      if (get_string(pod, "status.phase") == "Running") first = get_string(pod, "metadata.name");
    }
    return !first.empty();
  }));
  kill_pod(first);
  ASSERT_TRUE(becomes_healthy("killed")) << state_of_namespace() << recovery_log("killed");
  remove("killed");
}

TEST_F(Clusters, RefuseToArchiveWhereAnotherClusterDid) {
  apply(
      R"({"apiVersion":"postgresql.cnpg.io/v1","kind":"Cluster","metadata":{"name":"same","namespace":"develop"},
    "spec":{"instances":1,"storage":{"size":"1Gi"},"bootstrap":{"recovery":{"source":"origin"}},
    "externalClusters":[{"name":"origin","barmanObjectStore":{"destinationPath":"s3://backups/","serverName":"orders"}}],
    "backup":{"barmanObjectStore":{"destinationPath":"s3://backups/","serverName":"orders"}}}})");
  EXPECT_TRUE(
      eventually([] { return recovery_log("same").find("Expected empty archive") != std::string::npos; }));
  remove("same");
}

// Last, since it changes who is primary.
TEST_F(Clusters, SurviveTheLossOfTheirPrimary) {
  std::string const old = primary_of("orders");
  std::string const uid = text("pod", old, "metadata.uid");
  sql("orders", "CREATE TABLE kept AS SELECT 1 AS one");
  kill_pod(old);
  ASSERT_TRUE(eventually([&] { return primary_of("orders") != old; })) << state_of_namespace();
  ASSERT_TRUE(eventually([&] {
    return text("pod", old, "metadata.uid") != uid && becomes_healthy("orders");
  })) << state_of_namespace();
  EXPECT_EQ(sql("orders", "SELECT one FROM kept"), "1");
  EXPECT_EQ(get_int(sandbox_->get("cluster", "orders"), "status.timelineID"), 2);
  auto const selected =
      sandbox_->kubectl({"get", "pods", "-n", "develop", "-l",
                         "cnpg.io/cluster=orders,cnpg.io/instanceRole=primary", "-o", "name"});
  EXPECT_EQ(trim(selected.out), "pod/" + primary_of("orders"));
  EXPECT_TRUE(eventually([] {
    return sql("orders", "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'") == "1";
  }));
}

}  // namespace
}  // namespace pgdrill::test
