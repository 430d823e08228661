#include "reports/metrics.hpp"

#include <gmock/gmock.h>

#include "tests/unit/reports/journal_builder.hpp"

namespace pgdrill::reports {
namespace {

using testing::HasSubstr;

std::string text_of(Run const& run) { return metrics_text(run, judge(run)); }

void tell_version(JournalBuilder& journal, std::string_view version) {
  journal.add("fact", {{"name", "environment"}, {"value", {{"postgres", version}}}});
}

TEST(Metrics, TellTheVersionsBeforeAndAfterTheChange) {
  JournalBuilder journal;
  journal.add("run-started", {{"scenario", {{"name", "upgrade"}}}});
  tell_version(journal, "15.18 (Debian 15.18-1)");
  tell_version(journal, "16.4");
  tell_version(journal, "15.18");
  std::string const text = text_of(journal.run());
  EXPECT_THAT(text, HasSubstr(R"(postgres_version_from="15.18",postgres_version_to="16.4")"));
}

TEST(Metrics, AVersionThatDoesNotChangeIsBoth) {
  EXPECT_THAT(text_of(passing_run().run()),
              HasSubstr(R"(postgres_version_from="15.18",postgres_version_to="15.18")"));
}

TEST(Metrics, CountStepsThatWereLeftOutAsSkippedChecks) {
  JournalBuilder journal = started_run();
  journal.step("verify", "skipped", 0);
  EXPECT_THAT(text_of(journal.run()), HasSubstr(R"(result="skip",scenario="data-rollback"} 2)"))
      << "one more never began";
}

}  // namespace
}  // namespace pgdrill::reports
