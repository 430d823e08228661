// The real Prometheus scrapes a real drill while it runs.
#include <gmock/gmock.h>

#include "tests/support/prometheus.hpp"
#include "tests/support/sandbox.hpp"

namespace pgdrill::test {
namespace {

TEST(LiveMetrics, PrometheusScrapesARealRun) {
  Sandbox const sandbox;
  TemporaryDirectory const directory;
  std::uint16_t const port = free_port();
  Prometheus const prometheus({port});
  CommandResult const result =
      sandbox.pgdrill({"run", PGDRILL_SOURCE_DIR "/scenarios/data-rollback.yaml", "--evidence",
                       (directory.path() / "evidence").string(), "--metrics-port", std::to_string(port)});
  ASSERT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_EQ(prometheus.value("max_over_time(pgdrill_running{scenario=\"data-rollback\"}[10m])"), 1);
  EXPECT_EQ(prometheus.value("max_over_time(pgdrill_fault_injected{fault=\"commit-migration\"}[10m])"), 1)
      << "the effect was witnessed while Prometheus looked";
  EXPECT_GE(prometheus.value("max(max_over_time(pgdrill_undo_pending[10m]))").value_or(0), 1);
}

}  // namespace
}  // namespace pgdrill::test
