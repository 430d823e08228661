#include "harness/sandbox/api/table.hpp"

#include <gtest/gtest.h>

#include "harness/sandbox/api/store.hpp"

namespace pgdrill::sandbox {
namespace {

std::vector<std::string> headings(kube::ResourceType const& type) {
  std::vector<std::string> names;
  for (auto const& column : columns_of(type)) {
    if (column.priority == 0) names.emplace_back(column.name);
  }
  return names;
}

TEST(Table, HasCnpgsColumns) {
  EXPECT_EQ(headings(kube::cluster_type),
            (std::vector<std::string>{"Name", "Age", "Instances", "Ready", "Status", "Primary"}));
  EXPECT_EQ(headings(kube::backup_type),
            (std::vector<std::string>{"Name", "Age", "Cluster", "Method", "Phase", "Error"}));
}

TEST(Table, ARowHasACellPerColumnForEachKind) {
  for (auto const& type : Store::types()) {
    json::value const table = make_table(type, {json::value{{"metadata", {{"name", "x"}}}}}, "7", "");
    auto const& row = table.at("rows").at(0);
    EXPECT_EQ(row.at("cells").as_array().size(), table.at("columnDefinitions").as_array().size())
        << std::string(type.kind);
    EXPECT_EQ(get_string(row, "object.kind"), "PartialObjectMetadata");
    EXPECT_EQ(get_string(table, "metadata.resourceVersion"), "7");
  }
}

TEST(Table, ShowsACluster) {
  json::value const cluster{
      {"metadata", {{"name", "orders"}}},
      {"status",
       {{"instances", 2}, {"readyInstances", 1}, {"phase", "Failing over"}, {"currentPrimary", "orders-2"}}}};
  auto const cells = make_table(kube::cluster_type, {cluster}, "1", "").at("rows").at(0).at("cells");
  EXPECT_EQ(json::serialize(cells), R"(["orders","<unknown>",2,1,"Failing over","orders-2"])");
}

struct DurationCase {
  std::chrono::seconds duration;
  std::string text;
};

class HumanDuration : public testing::TestWithParam<DurationCase> {};

TEST_P(HumanDuration, IsAsKubectlWritesIt) {
  EXPECT_EQ(human_duration(GetParam().duration), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(Ages, HumanDuration,
                         testing::Values(DurationCase{std::chrono::seconds(119), "119s"},
                                         DurationCase{std::chrono::seconds(130), "2m10s"},
                                         DurationCase{std::chrono::minutes(11), "11m"},
                                         DurationCase{std::chrono::minutes(185), "3h5m"},
                                         DurationCase{std::chrono::hours(9), "9h"},
                                         DurationCase{std::chrono::hours(50), "2d2h"},
                                         DurationCase{std::chrono::hours(24 * 9), "9d"}));

}  // namespace
}  // namespace pgdrill::sandbox
