#include "harness/steps/recovery_manifest.hpp"

#include <gmock/gmock.h>

namespace pgdrill::steps {
namespace {

json::value native_source() {
  return parse_json(
             R"({"metadata":{"name":"orders"},"spec":{"instances":3,"imageName":"pg:15","storage":{"size":"1Gi"},
    "postgresql":{"parameters":{"max_connections":"200"}},"bootstrap":{"initdb":{"database":"app"}},
    "backup":{"barmanObjectStore":{"destinationPath":"s3://b/","endpointURL":"http://s3"}}}})")
      .value();
}

RecoveryRequest request() {
  return {.name = "orders-r1",
          .run_id = "r1",
          .database = "app",
          .owner = "app",
          .secret = "orders-app",
          .target = {{"targetName", "point"}}};
}

TEST(RecoveryManifest, KeepsWhatMattersAndNothingThatHarms) {
  json::value const cluster = recovery_manifest(native_source(), request()).value();
  EXPECT_EQ(get_string(cluster, "spec.imageName"), "pg:15");
  EXPECT_EQ(get_string(cluster, "spec.storage.size"), "1Gi");
  EXPECT_EQ(get_string(cluster, "spec.postgresql.parameters.max_connections"), "200");
  EXPECT_EQ(get_int(cluster, "spec.instances"), 1);
  EXPECT_EQ(find(cluster, "spec.bootstrap.initdb"), nullptr);
  EXPECT_EQ(get_string(cluster, "spec.bootstrap.recovery.secret.name"), "orders-app");
  EXPECT_EQ(get_string(cluster, "spec.bootstrap.recovery.recoveryTarget.targetName"), "point");
  EXPECT_EQ(member(find(cluster, "metadata.labels"), "pgdrill.io/run")->as_string(), "r1");
}

TEST(RecoveryManifest, ReadsTheSourcesFolderAndWritesItsOwn) {
  json::value const cluster = recovery_manifest(native_source(), request()).value();
  json::value const& from = find(cluster, "spec.externalClusters")->as_array().front();
  EXPECT_EQ(get_string(from, "barmanObjectStore.serverName"), "orders");
  EXPECT_EQ(get_string(from, "barmanObjectStore.endpointURL"), "http://s3");
  EXPECT_EQ(get_string(cluster, "spec.backup.barmanObjectStore.serverName"), "orders-r1");
  EXPECT_EQ(get_string(cluster, "spec.bootstrap.recovery.source"), get_string(from, "name"));
}

TEST(RecoveryManifest, ASourceWithItsOwnServerNameIsReadFromThere) {
  json::value source = native_source();
  source.at("spec").at("backup").at("barmanObjectStore").as_object()["serverName"] = "orders-old";
  json::value const cluster = recovery_manifest(source, request()).value();
  EXPECT_EQ(
      get_string(find(cluster, "spec.externalClusters")->as_array().front(), "barmanObjectStore.serverName"),
      "orders-old");
}

TEST(RecoveryManifest, SpeaksThePluginsForm) {
  json::value const source = parse_json(R"({"metadata":{"name":"orders"},"spec":{"storage":{},"plugins":[
    {"name":"other"},{"name":"barman-cloud.cloudnative-pg.io","isWALArchiver":true,"parameters":{"barmanObjectName":"store"}}]}})")
                                 .value();
  json::value const cluster = recovery_manifest(source, request()).value();
  json::value const& from = find(cluster, "spec.externalClusters")->as_array().front();
  EXPECT_EQ(get_string(from, "plugin.parameters.serverName"), "orders");
  EXPECT_EQ(get_string(from, "plugin.parameters.barmanObjectName"), "store");
  json::value const& own = find(cluster, "spec.plugins")->as_array().front();
  EXPECT_EQ(get_string(own, "parameters.serverName"), "orders-r1");
  EXPECT_TRUE(get_bool(own, "isWALArchiver"));
}

TEST(RecoveryManifest, ASourceWithoutAnArchiveIsRefused) {
  json::value const source = parse_json(R"({"metadata":{"name":"orders"},"spec":{"storage":{}}})").value();
  EXPECT_EQ(recovery_manifest(source, request()).error().kind, ErrorKind::refused);
}

TEST(RecoveryTarget, NamesBackupAndTimelineInEveryForm) {
  json::object const captured{{"backup_id", "20261124T030000"},
                              {"timeline", 3},
                              {"restore_point", "pgdrill-r1-x"},
                              {"restore_point_lsn", "0/5000130"}};
  for (std::string const by : {"name", "lsn", "time"}) {
    json::value const target(recovery_target(captured, by, "2026-11-24 03:02:13.632832+00:00"));
    EXPECT_EQ(get_string(target, "backupID"), "20261124T030000") << by;
    EXPECT_EQ(get_string(target, "targetTLI"), "3") << by;
    EXPECT_EQ(target.as_object().size(), 3U) << by << ": one target only";
  }
  EXPECT_EQ(recovery_target(captured, "lsn", "").at("targetLSN").as_string(), "0/5000130");
  EXPECT_EQ(recovery_target(captured, "name", "").at("targetName").as_string(), "pgdrill-r1-x");
}

}  // namespace
}  // namespace pgdrill::steps
