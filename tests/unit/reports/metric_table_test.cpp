// The table of metrics: its document, its own rules, and that its bounds hold.
#include "reports/metric_table.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <regex>

#include "harness/base/files.hpp"
#include "tests/unit/reports/golden.hpp"

namespace pgdrill::reports {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(MetricTable, TheDocumentIsMadeFromTheCode) {
  std::filesystem::path const document = std::filesystem::path(PGDRILL_SOURCE_DIR) / "docs/metrics.md";
  if (std::getenv("PGDRILL_UPDATE_GOLDEN") != nullptr)
    ASSERT_TRUE(write_file_atomically(document, metric_table_markdown()).has_value());
  EXPECT_EQ(read_file(document).value_or("(missing)"), metric_table_markdown());
}

TEST(MetricTable, KeepsItsOwnRules) {
  std::string before;
  for (MetricDefinition const& metric : metric_table()) {
    EXPECT_LT(before, metric.name) << "the table is sorted";
    before = metric.name;
    EXPECT_TRUE(metric.name.starts_with("pgdrill_"));
    EXPECT_FALSE(metric.name.ends_with("_total")) << "gauges only";
    EXPECT_FALSE(metric.help.empty());
  }
}

/// The labels of a metric beside the common ones, with their bounds.
std::map<std::string, std::size_t> bounds_of(MetricDefinition const& metric) {
  static std::regex const entry("([a-z_]+) \\(([0-9]+)\\)");
  std::map<std::string, std::size_t> bounds;
  std::string const text(metric.labels);
  for (auto match = std::sregex_iterator(text.begin(), text.end(), entry); match != std::sregex_iterator();
       ++match)
    bounds[(*match)[1]] = std::stoul((*match)[2]);
  return bounds;
}

/// Names that histograms, summaries and the scrape itself give
/// (https://prometheus.io/docs/instrumenting/writing_exporters/#labels).
TEST(MetricTable, HasNoLabelThatMeansSomethingElse) {
  for (MetricDefinition const& metric : metric_table()) {
    for (auto const& [label, bound] : bounds_of(metric))
      EXPECT_THAT(label, testing::AllOf(testing::Ne("le"), testing::Ne("quantile"), testing::Ne("job"),
                                        testing::Ne("instance")))
          << metric.name;
  }
}

TEST(MetricSet, KeepsEveryBoundOfTheTable) {
  for (MetricDefinition const& metric : metric_table()) {
    for (auto const& [label, bound] : bounds_of(metric)) {
      MetricSet metrics;
      for (std::string const cluster : {"a", "b"}) {
        metrics.common_labels({{"cluster", cluster}});
        for (std::size_t i = 0; i < 2 * (bound + 5); ++i)  // each value twice
          metrics.set(std::string(metric.name), 1, {{label, fmt::format("v{}", i / 2)}});
      }
      std::set<std::string> values;
      for (MetricSample const& sample : metrics.samples()) values.insert(sample.labels.at(label));
      EXPECT_EQ(values.size(), bound) << metric.name << " " << label;
      EXPECT_EQ(metrics.samples().size(), 4 * bound) << "a bound is of each cluster";
    }
  }
}

TEST(MetricSet, ALabelThatIsNotInTheTableIsABug) {
  MetricSet metrics;
  EXPECT_DEATH(metrics.set("pgdrill_fault_injected", 1, {{"run", "r1"}}), "no label run in the table");
}

TEST(MetricSet, LabelsAreAlwaysUtf8) {
  MetricSet metrics;
  for (int i = 0; i < 500; ++i)
    metrics.set("pgdrill_fault_injected", 1, {{"fault", "\xff" + std::to_string(i)}});
  auto const table = metric_table();
  auto const metric = std::ranges::find(table, "pgdrill_fault_injected", &MetricDefinition::name);
  EXPECT_EQ(metrics.samples().size(), bounds_of(*metric).at("fault"));
  EXPECT_THAT(metrics.text(), Not(HasSubstr("\xff")));
}

}  // namespace
}  // namespace pgdrill::reports
