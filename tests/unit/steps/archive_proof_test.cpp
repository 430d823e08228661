#include "harness/steps/archive_proof.hpp"

#include <gmock/gmock.h>

#include "harness/base/text.hpp"
#include "harness/engine/registry.hpp"
#include "tests/support/command.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/unit/engine/drill.hpp"

namespace pgdrill::steps {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> const all = {"A1", "A2", "A3", "A4", "A5", "A6"};

TEST(SegmentsToFetch, AreTheBackupsThenTheNewestThenThoseBetween) {
  EXPECT_THAT(segments_to_fetch(all, "A2", 4), ElementsAre("A1", "A2", "A6", "A3"));
  EXPECT_THAT(segments_to_fetch(all, "A2", 10), ElementsAre("A1", "A2", "A6", "A3", "A4", "A5"));
  EXPECT_THAT(segments_to_fetch(all, "A6", 10), testing::ElementsAreArray(all));
  EXPECT_THAT(segments_to_fetch(all, "A2", 1), ElementsAre("A1"));
  EXPECT_THAT(segments_to_fetch(all, "A2", 0), IsEmpty());
}

TEST(ArchiveProof, SaysWhatWasNotFetched) {
  ArchiveProof const proof{.fetched = {"A1", "A6"}, .missing = {"A2"}, .skipped = 3};
  EXPECT_THAT(proof.text(), HasSubstr("2 of 6 segments fetched"));
  EXPECT_THAT(proof.text(), HasSubstr("3 not fetched"));
  EXPECT_THAT(proof.not_examined(), ElementsAre(HasSubstr("3 of 6 WAL segments")));
  EXPECT_THAT(proof.text(), HasSubstr("missing in the store: A2"));
}

// Fetches from a store in which all is there, as far as it is asked: A Cluster whose backup has two segments,
// of which four more came after.
class ProofStep final : public engine::Step {
 public:
  static scenario::Declaration describe() {
    using scenario::ParameterType;
    return {.name = "prove",
            .summary = "proves an archive",
            .parameters = {{"segments", ParameterType::integer, false, "1024", "limit"},
                           {"time", ParameterType::duration, false, "20s", "limit"},
                           {"every", ParameterType::boolean, false, "false", "whether each is wanted"}}};
  }
  Task<Result<engine::StepOutcome>> run(engine::RunContext& context,
                                        scenario::StepSpec const& spec) override {
    ProofLimits const limits{.segments = spec.parameters.integer("segments"),
                             .time = spec.parameters.duration("time")};
    std::string const name = "00000001000000000000000";
    CO_TRY(ArchiveProof const proof,
           co_await prove_archive(context, "orders", name + "1", name + "2", name + "6", limits));
    bool const there = check_archive(context, spec.id, proof, spec.parameters.boolean("every"));
    co_return engine::StepOutcome{.passed = there, .outputs = {}};
  }
};

class CheckOfTheArchive : public engine::Drill {
 protected:
  CheckOfTheArchive() {
    catalogue_.steps.push_back(engine::entry_of<ProofStep, engine::Step>(ProofStep::describe()));
    client_->put({kube::cluster_type, "develop", "orders"}, {{"status", {{"currentPrimary", "orders-1"}}}});
    client_->run_command = [this](std::vector<std::string> const& command) -> kube::ExecResult {
      if (command.front() == "psql") return {.exit_code = 0, .out = "16777216\n", .err = ""};
      if (command.front() == "rm") return {};
      return store_(command.at(2));
    };
  }
  json::value check(std::string const& parameters) {
    run("steps: [{prove: {" + parameters + "}}]\n");
    auto const made = events("check");
    EXPECT_EQ(made.size(), 1U);
    return made.empty() ? json::value() : made.front();
  }
  static std::string text(json::value const& check) { return json::serialize(check); }

  std::function<kube::ExecResult(std::string const& segment)> store_ = [](std::string const&) {
    return kube::ExecResult();
  };
};

TEST_F(CheckOfTheArchive, PassesWhenEachSegmentWasFetched) {
  auto const made = check("every: true");
  EXPECT_EQ(get_string(made, "status"), "passed");
  EXPECT_THAT(text(made), HasSubstr("6 of 6 segments fetched"));
  EXPECT_EQ(find(made, "not_examined"), nullptr);
}

TEST_F(CheckOfTheArchive, SaysOfHowManySegmentsItSpeaks) {
  auto const made = check("segments: 4");
  EXPECT_EQ(get_string(made, "status"), "passed");
  EXPECT_EQ(get_string(made, "expected"), "each segment that was to be fetched is in the store");
  EXPECT_THAT(get_string(made, "observed"), HasSubstr("4 of 6 segments fetched"));
  EXPECT_THAT(text(*find(made, "not_examined")), HasSubstr("2 of 6 WAL segments: only the archiver's word"));
}

TEST_F(CheckOfTheArchive, SaysSoWhenTheTimeWasOver) {
  EXPECT_THAT(get_string(check("time: 0s"), "observed"), HasSubstr("2 of 6 segments fetched"));
}

TEST_F(CheckOfTheArchive, SaysSoWhenNoneWasWanted) {
  auto const made = check("segments: 0");
  EXPECT_EQ(get_string(made, "status"), "passed");
  EXPECT_THAT(text(*find(made, "not_examined")), HasSubstr("6 of 6 WAL segments"));
}

TEST_F(CheckOfTheArchive, IsUndecidedWhenEachWasWantedAndNotEachWasFetched) {
  auto const made = check("segments: 4, every: true");
  EXPECT_EQ(get_string(made, "status"), "undecided");
  EXPECT_THAT(get_string(made, "observed"), HasSubstr("raise fetched_segments"));
  EXPECT_EQ(status("prove"), "ok") << "the run goes on, and is inconclusive";
}

TEST_F(CheckOfTheArchive, IsUndecidedWithoutTheBackupsOwnSegments) {
  auto const made = check("segments: 1");
  EXPECT_EQ(get_string(made, "status"), "undecided");
  EXPECT_THAT(get_string(made, "observed"), HasSubstr("1 of them the backup's own"));
}

TEST_F(CheckOfTheArchive, IsUndecidedWhenTheManagerCannotFetch) {
  store_ = [](std::string const&) {
    return kube::ExecResult{.exit_code = 4, .out = "", .err = "no network"};
  };
  auto const made = check("");
  EXPECT_EQ(get_string(made, "status"), "undecided");
  EXPECT_THAT(get_string(made, "observed"), HasSubstr("wal-restore ended with 4: no network"));
}

TEST_F(CheckOfTheArchive, FailsWhenASegmentIsMissingWhateverWasLeftOut) {
  store_ = [](std::string const& segment) {
    bool const there = !segment.ends_with("2");
    return kube::ExecResult{.exit_code = there ? 0 : 1, .out = "", .err = there ? "" : "WAL file not found"};
  };
  EXPECT_EQ(get_string(check("segments: 3, every: true"), "status"), "failed");
  EXPECT_EQ(status("prove"), "failed");
}

// The history file of a backup is archived after its segment and sorts before "<segment>.ready": seen between
// the two, a restored Cluster once was called not restorable.
TEST(Archiver, ABackupsHistoryFileIsNoSegmentLeftBehind) {
  auto const server =
      test::PostgresServer::start({"archive_mode=on", "archive_command=case %f in *.backup) exit 1;; esac"});
  auto const database = server->parameters();
  std::string const query = std::string("SELECT concat_ws('|', last, failed, left_behind) FROM (") +
                            archiver_sql + ") archiver (last, failed, left_behind)";
  auto const ask = [&] { return split(test::query_value(database, query), '|'); };
  test::run_sql(database, "SELECT pg_logical_emit_message(false, '', ''), pg_switch_wal()");
  ASSERT_TRUE(test::eventually([&] { return !ask().front().empty(); }));
  std::string const last = ask().front();
  auto const status = server->directory() / "data/pg_wal/archive_status" / (last + ".00000028.backup.ready");
  test::run_sql(database, "COPY (SELECT 1) TO '" + status.string() + "'");
  EXPECT_EQ(ask().at(2), "0");
}

}  // namespace
}  // namespace pgdrill::steps
