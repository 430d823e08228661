// The rules of Grafana's dashboard-linter that fit pushed service metrics, and what an import survives: its
// rules on `job` and `instance` are left out, since our labels are namespace, cluster and scenario.
#include <gmock/gmock.h>

#include <regex>
#include <set>

#include "harness/base/files.hpp"
#include "harness/base/json.hpp"
#include "reports/metric_table.hpp"

namespace pgdrill::reports {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class Dashboard : public testing::TestWithParam<char const*> {
 protected:
  void SetUp() override {
    std::filesystem::path const file =
        std::filesystem::path(PGDRILL_SOURCE_DIR) / "reports/grafana" / (std::string(GetParam()) + ".json");
    text_ = read_file(file).value_or("");
    document_ = parse_json(text_, file.string()).value();
  }
  std::vector<json::value> panels() const {
    std::vector<json::value> list;
    for (json::value const& panel : document_.at("panels").as_array()) {
      if (get_string(panel, "type") != "row") list.push_back(panel);
    }
    return list;
  }
  std::string text_;
  json::value document_;
};

bool is_the_variable(json::value const& holder) {
  return get_string(holder, "datasource.type") == "prometheus" &&
         get_string(holder, "datasource.uid") == "${datasource}";
}

TEST_P(Dashboard, SurvivesImportAndProvisioning) {
  EXPECT_TRUE(document_.at("id").is_null());
  EXPECT_THAT(text_, Not(HasSubstr("__inputs")));
  EXPECT_THAT(text_, Not(HasSubstr("DS_PROMETHEUS")));
  std::string const uid = get_string(document_, "uid");
  EXPECT_FALSE(uid.empty());
  EXPECT_LE(uid.size(), 40U);
  EXPECT_GE(get_int(document_, "schemaVersion"), 38);
  EXPECT_FALSE(document_.as_object().contains("version"));
}

TEST_P(Dashboard, UneditableWithASharedCrosshair) {
  EXPECT_FALSE(document_.at("editable").as_bool());
  EXPECT_EQ(get_int(document_, "graphTooltip"), 1);
}

TEST_P(Dashboard, TheDataSourceIsAVariable) {
  json::value const& variable = document_.at("templating").at("list").at(0);
  EXPECT_EQ(get_string(variable, "name"), "datasource");
  EXPECT_EQ(get_string(variable, "label"), "Data source");
  EXPECT_EQ(get_string(variable, "type"), "datasource");
  EXPECT_EQ(get_string(variable, "query"), "prometheus");
}

TEST_P(Dashboard, QueryVariablesRefreshWithTheTimeRange) {
  json::array const& variables = document_.at("templating").at("list").as_array();
  for (std::size_t i = 1; i < variables.size(); ++i) {
    EXPECT_EQ(get_int(variables[i], "refresh"), 2) << get_string(variables[i], "name");
    EXPECT_TRUE(is_the_variable(variables[i])) << get_string(variables[i], "name");
  }
}

TEST_P(Dashboard, EveryPanelHasTitleDescriptionUnitAndQueries) {
  std::set<std::int64_t> ids;
  for (json::value const& panel : panels()) {
    std::string const title = get_string(panel, "title");
    EXPECT_FALSE(title.empty());
    EXPECT_FALSE(get_string(panel, "description").empty()) << title;
    EXPECT_FALSE(get_string(panel, "fieldConfig.defaults.unit").empty()) << title;
    EXPECT_TRUE(is_the_variable(panel)) << title;
    EXPECT_TRUE(ids.insert(get_int(panel, "id")).second) << title << ": its id is taken";
    ASSERT_FALSE(panel.at("targets").as_array().empty()) << title;
    for (json::value const& target : panel.at("targets").as_array()) {
      EXPECT_TRUE(is_the_variable(target)) << title;
      EXPECT_FALSE(get_string(target, "expr").empty()) << title;
    }
  }
}

TEST_P(Dashboard, PanelsDoNotOverlap) {
  std::set<std::pair<std::int64_t, std::int64_t>> taken;
  for (json::value const& panel : document_.at("panels").as_array()) {
    std::int64_t const x = get_int(panel, "gridPos.x");
    std::int64_t const y = get_int(panel, "gridPos.y");
    EXPECT_LE(x + get_int(panel, "gridPos.w"), 24) << get_string(panel, "title");
    for (std::int64_t column = x; column < x + get_int(panel, "gridPos.w"); ++column) {
      for (std::int64_t row = y; row < y + get_int(panel, "gridPos.h"); ++row)
        EXPECT_TRUE(taken.emplace(column, row).second) << get_string(panel, "title");
    }
  }
}

TEST_P(Dashboard, QueriesSelectByTheVariablesAndNameMetricsThatExist) {
  std::set<std::string> known;
  for (MetricDefinition const& metric : metric_table()) known.emplace(metric.name);
  static std::regex const name("pgdrill_[a-z_]+");
  std::vector<std::string> unknown;
  for (auto match = std::sregex_iterator(text_.begin(), text_.end(), name); match != std::sregex_iterator();
       ++match) {
    if (!known.contains(match->str())) unknown.push_back(match->str());
  }
  EXPECT_THAT(unknown, IsEmpty());
  for (json::value const& panel : panels()) {
    for (json::value const& target : panel.at("targets").as_array())
      EXPECT_THAT(get_string(target, "expr"), HasSubstr("namespace=~\"$namespace\""))
          << get_string(panel, "title");
  }
}

TEST_P(Dashboard, AnnotationsGiveTimesInMilliseconds) {
  for (json::value const& annotation : document_.at("annotations").at("list").as_array()) {
    if (get_string(annotation, "useValueForTime") != "on") continue;
    EXPECT_THAT(get_string(annotation, "expr"), HasSubstr("* 1000"));
    EXPECT_TRUE(is_the_variable(annotation));
  }
}

INSTANTIATE_TEST_SUITE_P(Grafana, Dashboard, testing::Values("fleet", "drill", "rto-trend"),
                         [](auto const& test) {
                           return std::string(test.param) == "rto-trend" ? std::string("rto_trend")
                                                                         : std::string(test.param);
                         });

}  // namespace
}  // namespace pgdrill::reports
