#include "harness/sandbox/cnpg/validation.hpp"

#include <gtest/gtest.h>

namespace pgdrill::sandbox::cnpg {
namespace {

struct Case {
  std::string name;
  std::string recovery;  ///< JSON of bootstrap.recovery
  std::string reason;    ///< part of the error's text; empty: valid
};
void PrintTo(Case const& c, std::ostream* out) { *out << c.name; }

class RecoveryValidation : public testing::TestWithParam<Case> {};

TEST_P(RecoveryValidation, RefusesWhatTheWebhookRefuses) {
  auto const cluster = parse_json(fmt::format(
      R"({{"metadata":{{"name":"r1"}},"spec":{{"instances":1,"storage":{{"size":"1Gi"}},"externalClusters":[{{"name":"origin"}}],"bootstrap":{{"recovery":{}}}}}}})",
      GetParam().recovery));
  ASSERT_TRUE(cluster);
  auto const valid = validate_cluster(*cluster);
  if (GetParam().reason.empty()) {
    EXPECT_TRUE(valid) << describe(valid.error());
    return;
  }
  ASSERT_FALSE(valid);
  EXPECT_EQ(valid.error().status, 422);
  EXPECT_NE(valid.error().why.find(GetParam().reason), std::string::npos) << valid.error().why;
}

INSTANTIATE_TEST_SUITE_P(
    Specs, RecoveryValidation,
    testing::Values(
        Case{"NoTarget", R"({"source":"origin"})", ""},
        Case{"Time", R"({"source":"origin","recoveryTarget":{"targetTime":"2026-11-24 03:02:13+00:00"}})",
             ""},
        Case{"TimeWithoutZone",
             R"({"source":"origin","recoveryTarget":{"targetTime":"2026-11-24 03:02:13"}})", ""},
        Case{"NoTime", R"({"source":"origin","recoveryTarget":{"targetTime":"yesterday"}})", "TargetTime"},
        Case{"NoLsn", R"({"source":"origin","recoveryTarget":{"targetLSN":"12"}})", "TargetLSN"},
        Case{"Two",
             R"({"source":"origin","recoveryTarget":{"targetLSN":"0/1","targetTime":"2026-11-24 03:02:13"}})",
             "exclusive"},
        Case{"NameWithoutBackup", R"({"source":"origin","recoveryTarget":{"targetName":"rb"}})",
             "BackupID is missing"},
        Case{"NameWithBackup", R"({"source":"origin","recoveryTarget":{"targetName":"rb","backupID":"1"}})",
             ""},
        Case{"ImmediateWithoutBackup", R"({"source":"origin","recoveryTarget":{"targetImmediate":true}})",
             "BackupID is missing"},
        Case{"Timeline", R"({"source":"origin","recoveryTarget":{"targetTLI":"x"}})", "timeline"},
        Case{"UnknownSource", R"({"source":"elsewhere"})", "External cluster elsewhere not found"},
        Case{"NoSource", R"({})", "One of source"}),
    [](auto const& info) { return info.param.name; });

}  // namespace
}  // namespace pgdrill::sandbox::cnpg
