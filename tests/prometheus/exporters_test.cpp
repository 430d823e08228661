// pgdrill's metrics as the real Prometheus and the real Pushgateway take them. The journal is that of a real
// drill on the sandbox.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/file.h>
#include <unistd.h>

#include <regex>

#include "harness/base/files.hpp"
#include "tests/support/prometheus.hpp"

namespace pgdrill::test {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::filesystem::path const root = PGDRILL_SOURCE_DIR;
std::filesystem::path const real_journal = root / "tests/data/journals/data-rollback.jsonl";

std::string replaced(std::string text, std::string const& from, std::string const& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

/// The real run again, as of another day.
void put_run(std::filesystem::path const& directory, int day, std::string const& more_from = "",
             std::string const& more_to = "") {
  std::string text = read_file(real_journal).value();
  text = replaced(text, "\"wall\":\"2026-11-24T", "\"wall\":\"2026-11-" + std::to_string(day) + "T");
  text = replaced(text, "rfyryawsq", "r" + std::to_string(day));
  if (!more_from.empty()) text = replaced(text, more_from, more_to);
  std::filesystem::create_directories(directory);
  ASSERT_TRUE(write_file_atomically(directory / "journal.jsonl", text).has_value());
}

std::uint16_t port_of(std::string const& url) {
  return static_cast<std::uint16_t>(std::stoul(url.substr(url.rfind(':') + 1)));
}

class Serving {
 public:
  explicit Serving(std::filesystem::path const& evidence, std::filesystem::path const& history = {})
      : process_({PGDRILL_BINARY, "serve", evidence.string(), "--port", "0", "--expected-interval", "24h",
                  "--history", history.string()},
                 directory_.path() / "log") {
    static std::regex const announced("http://127.0.0.1:([0-9]+)/metrics");
    std::smatch match;
    std::string output;
    eventually([&] {
      output = process_.output();
      return std::regex_search(output, match, announced) || !process_.running();
    });
    if (match.size() > 1) port_ = static_cast<std::uint16_t>(std::stoul(match[1]));
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string text() const {
    return http("GET", "http://127.0.0.1:" + std::to_string(port_) + "/metrics").value_or("");
  }

 private:
  TemporaryDirectory directory_;
  Background process_;
  std::uint16_t port_ = 0;
};

TEST(PrometheusRules, AreValidAndFireWhenTheyShould) {
  CommandResult const check =
      run({"promtool", "check", "rules", (root / "reports/prometheus/rules.yaml").string()});
  EXPECT_EQ(check.exit_code, 0) << check.out << check.err;
  CommandResult const test =
      run({"promtool", "test", "rules", (root / "reports/prometheus/rules_test.yaml").string()});
  EXPECT_EQ(test.exit_code, 0) << test.out << test.err;
}

TEST(Textfile, PassesPromtoolAndIsWrittenWhole) {
  TemporaryDirectory const directory;
  std::filesystem::path const file = directory.path() / "pgdrill.prom";
  CommandResult const written = run({PGDRILL_BINARY, "metrics", "textfile", real_journal.string(),
                                     file.string(), "--expected-interval", "24h"});
  ASSERT_EQ(written.exit_code, 0) << written.err;
  CommandResult const check = run({"sh", "-c", "promtool check metrics < " + file.string()});
  EXPECT_EQ(check.exit_code, 0) << check.out << check.err;
  std::vector<std::string> names;
  for (auto const& entry : std::filesystem::directory_iterator(directory.path()))
    names.push_back(entry.path().filename());
  EXPECT_THAT(names, testing::ElementsAre("pgdrill.prom")) << "no temporary file stays";
  EXPECT_NE(run({PGDRILL_BINARY, "metrics", "textfile", real_journal.string(), "x.txt"}).exit_code, 0);
}

TEST(Pushgateway, AGroupIsReplacedAndTheProofStays) {
  Pushgateway const gateway;
  auto const push = [&](std::filesystem::path const& journal) {
    return run({PGDRILL_BINARY, "metrics", "push", journal.string(), "--url", gateway.url()});
  };
  CommandResult const first = push(real_journal);
  ASSERT_EQ(first.exit_code, 0) << first.err;
  EXPECT_THAT(gateway.metrics(), HasSubstr("pgdrill_rollback_rto_seconds{cluster=\"orders\""));

  // A run that broke off early measures no RTO: the old figure must not live on.
  TemporaryDirectory const directory;
  std::string const text = read_file(real_journal).value();
  ASSERT_TRUE(write_file_atomically(directory.path() / "j", text.substr(0, text.find('\n') + 1)).has_value());
  ASSERT_EQ(push(directory.path() / "j").exit_code, 0);
  EXPECT_THAT(gateway.metrics(), Not(HasSubstr("pgdrill_rollback_rto_seconds{")));
  EXPECT_THAT(gateway.metrics(), HasSubstr("pgdrill_last_success_timestamp_seconds{"));
  EXPECT_THAT(gateway.metrics(), HasSubstr("verdict=\"inconclusive\"} 1"));

  ASSERT_EQ(run({PGDRILL_BINARY, "metrics", "forget", "--url", gateway.url(), "-n", "develop", "--cluster",
                 "orders", "--scenario", "data-rollback"})
                .exit_code,
            0);
  EXPECT_THAT(gateway.metrics(), Not(HasSubstr("pgdrill_verdict{")));
}

TEST(Pushgateway, TakesLabelsThatNoUrlCanHold) {
  Pushgateway const gateway;
  TemporaryDirectory const directory;
  put_run(directory.path(), 25, "\"name\":\"data-rollback\"", R"("name":"a/b c \"d\" é%2F")");
  CommandResult const result = run({PGDRILL_BINARY, "metrics", "push",
                                    (directory.path() / "journal.jsonl").string(), "--url", gateway.url()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(gateway.metrics(), HasSubstr(R"(scenario="a/b c \"d\" é%2F")"));
}

TEST(Pushgateway, OneThatNeverAnswersDoesNotHoldTheRun) {
  // Pushgateway's own port with nothing behind it but a listener of ours that is never read.
  TemporaryDirectory const directory;
  std::uint16_t const port = free_port();
  Background const silent({"python3", "-c",
                           "import socket,time; s=socket.create_server(('127.0.0.1'," + std::to_string(port) +
                               ")); print('up',flush=True); time.sleep(60)"},
                          directory.path() / "log");
  ASSERT_TRUE(eventually([&] { return silent.output().find("up") != std::string::npos; }));
  CommandResult const result = run({PGDRILL_BINARY, "metrics", "push", real_journal.string(), "--url",
                                    "http://127.0.0.1:" + std::to_string(port), "--timeout", "300ms"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("no answer"));
}

TEST(Pushgateway, AnUrlThatCannotBeUsedIsTold) {
  CommandResult const result =
      run({PGDRILL_BINARY, "metrics", "push", real_journal.string(), "--url", "ftp://example"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("http://"));
}

TEST(Serve, FollowsTheEvidence) {
  TemporaryDirectory const evidence;
  put_run(evidence.path() / "a", 20);
  Serving const serving(evidence.path());
  EXPECT_THAT(serving.text(), HasSubstr("pgdrill_verdict{cluster=\"orders\",namespace=\"develop\","
                                        "scenario=\"data-rollback\",verdict=\"go\"} 1"));
  EXPECT_THAT(serving.text(), HasSubstr("state=\"no_verdict\"} 1"));
  // More than a run's own metrics: the history's as well.
  TemporaryDirectory const scraped;
  ASSERT_TRUE(write_file_atomically(scraped.path() / "text", serving.text()).has_value());
  CommandResult const check =
      run({"sh", "-c", "promtool check metrics < " + (scraped.path() / "text").string()});
  EXPECT_EQ(check.exit_code, 0) << check.out << check.err;
  // The next run is disproved: its verdict counts, and the proof of the run before stays.
  put_run(evidence.path() / "b", 21, "\"status\":\"passed\"", "\"status\":\"failed\"");
  std::string const text = serving.text();
  EXPECT_THAT(text, HasSubstr("verdict=\"no_go\"} 1"));
  EXPECT_THAT(text, HasSubstr("pgdrill_last_success_timestamp_seconds{"));
  EXPECT_FALSE(http("POST", "http://127.0.0.1:" + std::to_string(serving.port()) + "/metrics").has_value());
  EXPECT_FALSE(http("GET", "http://127.0.0.1:" + std::to_string(serving.port()) + "/").has_value());
}

TEST(Serve, ARunGoesOnWhileItsWriterLivesAndThenBrokeOff) {
  TemporaryDirectory const evidence;
  put_run(evidence.path() / "a", 20);
  std::filesystem::path const journal = evidence.path() / "a/journal.jsonl";
  std::string const whole = read_file(journal).value();
  ASSERT_TRUE(write_file_atomically(journal, whole.substr(0, whole.rfind("{\"seq\""))).has_value());
  std::filesystem::last_write_time(journal,
                                   std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
  int const writer = ::open(journal.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  ASSERT_EQ(::flock(writer, LOCK_EX), 0);
  Serving const serving(evidence.path());
  std::string const alive = serving.text();
  EXPECT_THAT(alive, ContainsRegex("pgdrill_running\\{.*\\} 1"));
  EXPECT_THAT(alive, Not(HasSubstr("pgdrill_verdict{")));
  EXPECT_THAT(alive, ContainsRegex("pgdrill_history_runs\\{.*inconclusive.*\\} 0")) << "no decision yet";
  ::close(writer);
  std::string const dead = serving.text();
  EXPECT_THAT(dead, ContainsRegex("pgdrill_running\\{.*\\} 0"));
  EXPECT_THAT(dead, HasSubstr("verdict=\"inconclusive\"} 1"));
}

TEST(Serve, RepeatsAreOneRunAndTheGravestSpeaks) {
  TemporaryDirectory const evidence;
  std::string const start = "\"event\":\"run-started\"";
  std::string const repeated = start + R"(,"repetition":{"id":"s1"})";
  put_run(evidence.path() / "a", 20, start, repeated);
  put_run(evidence.path() / "b", 21, start, repeated);
  std::string const failed = replaced(read_file(evidence.path() / "b/journal.jsonl").value(),
                                      "\"status\":\"passed\"", "\"status\":\"failed\"");
  ASSERT_TRUE(write_file_atomically(evidence.path() / "b/journal.jsonl", failed).has_value());
  put_run(evidence.path() / "c", 22, start, repeated);
  std::string const text = Serving(evidence.path()).text();
  EXPECT_THAT(text, HasSubstr("verdict=\"no_go\"} 1")) << "the repeat in the middle";
  EXPECT_THAT(text,
              HasSubstr("pgdrill_history_runs{cluster=\"orders\",decision=\"no_go\",namespace=\"develop\","
                        "scenario=\"data-rollback\"} 1"));
  EXPECT_THAT(text, Not(HasSubstr("pgdrill_last_success_timestamp_seconds{")));
  EXPECT_THAT(text, HasSubstr("stat=\"median\"} "));
}

TEST(Serve, TheGateFollowsTheHistoryAndItsAcceptedLevels) {
  TemporaryDirectory const evidence;
  std::filesystem::path const history = evidence.path() / "history.jsonl";
  for (int day = 10; day < 16; ++day) {
    std::filesystem::path const directory = evidence.path() / std::to_string(day);
    put_run(directory, day);
    // Long before the acceptance, which has today's date.
    std::string const old =
        replaced(read_file(directory / "journal.jsonl").value(), "\"2026-11-", "\"2020-11-");
    ASSERT_TRUE(write_file_atomically(directory / "journal.jsonl", old).has_value());
    CommandResult const recorded = run({PGDRILL_BINARY, "gate", (directory / "journal.jsonl").string(),
                                        "--history", history.string(), "--record"});
    ASSERT_EQ(recorded.exit_code, 0) << recorded.err;
  }
  Serving const serving(evidence.path(), history);
  EXPECT_THAT(serving.text(), HasSubstr("state=\"pass\"} 1"));
  CommandResult const accepted = run({PGDRILL_BINARY, "gate", "accept", "data-rollback", "--history",
                                      history.string(), "--reason", "more data", "--expires", "2999-01-01"});
  ASSERT_EQ(accepted.exit_code, 0) << accepted.err;
  EXPECT_THAT(accepted.out, HasSubstr("until 2999-01-01T00:00:00"));
  EXPECT_THAT(serving.text(), HasSubstr("state=\"accepted\"} 1"));
  for (std::string const date : {"2001-01-01", "tomorrow"})
    EXPECT_EQ(run({PGDRILL_BINARY, "gate", "accept", "data-rollback", "--history", history.string(),
                   "--reason", "x", "--expires", date})
                  .exit_code,
              2);
}

/// Everything that a panel's query may hold of Grafana's own.
std::string as_promql(std::string query) {
  for (std::string const variable : {"namespace", "cluster", "scenario"})
    query = replaced(query, "$" + variable, ".*");
  return query;
}

/// The real run with a service that failed some seconds earlier, of which a later release was seen.
void put_slow_release(std::filesystem::path const& directory, int day) {
  put_run(directory, day);
  std::string text = read_file(directory / "journal.jsonl").value();
  std::size_t const fact = text.find("\"name\":\"environment\"");
  std::size_t const begin = text.rfind('\n', fact) + 1;
  std::string const environment = text.substr(begin, text.find('\n', fact) + 1 - begin);
  text.insert(begin + environment.size(), replaced(environment, "\"15.20 (", "\"16.4 ("));
  text.insert(begin, R"({"event":"sample","probe":"heartbeat","class":"write","scheduled_ns":500000000,)"
                     R"("started_ns":500000000,"ended_ns":500000001,"status":"failed"})"
                     "\n");
  ASSERT_TRUE(write_file_atomically(directory / "journal.jsonl", text).has_value());
}

/// Queries of a dashboard, each with the name of its panel or annotation.
std::vector<std::pair<std::string, std::string>> queries_of(std::string const& name) {
  std::vector<std::pair<std::string, std::string>> queries;
  json::value const board =
      parse_json(read_file(root / "reports/grafana" / (name + ".json")).value()).value();
  for (json::value const& panel : board.at("panels").as_array()) {
    if (get_string(panel, "type") == "row") continue;
    for (json::value const& target : panel.at("targets").as_array())
      queries.emplace_back(name + ": " + get_string(panel, "title"), as_promql(get_string(target, "expr")));
  }
  for (json::value const& note : board.at("annotations").at("list").as_array()) {
    if (std::string const expression = get_string(note, "expr"); !expression.empty())
      queries.emplace_back(name + ": annotation " + get_string(note, "name"), as_promql(expression));
  }
  return queries;
}

TEST(Grafana, NoQueryIsEmptyWhenARealRunRegressedWithARelease) {
  TemporaryDirectory const evidence;
  for (int day = 10; day < 17; ++day) put_run(evidence.path() / std::to_string(day), day);
  put_slow_release(evidence.path() / "17", 17);
  Serving const serving(evidence.path());
  Pushgateway const gateway;
  std::string const cnpg = read_file(root / "tests/data/prometheus/cnpg.prom").value();
  ASSERT_TRUE(
      http("PUT", gateway.url() + "/metrics/job/cnpg/namespace/develop/cluster/orders", cnpg).has_value());
  Prometheus const prometheus({serving.port(), port_of(gateway.url())});
  ASSERT_TRUE(eventually([&] {
    return prometheus.value("count(pgdrill_verdict)") && prometheus.value("cnpg_collector_up") &&
           prometheus.value("pgdrill:proof_age:seconds");
  }));
  EXPECT_EQ(prometheus.value("pgdrill_gate_history_runs"), 7);
  EXPECT_EQ(prometheus.value("pgdrill_gate_state{state=\"suspect\"}"), 1);
  EXPECT_EQ(
      prometheus.value("pgdrill_run_info{postgres_version_from=\"15.20\",postgres_version_to=\"16.4\"}"), 1);
  std::vector<std::string> empty;
  for (std::string const name : {"fleet", "drill", "rto-trend"}) {
    for (auto const& [title, query] : queries_of(name)) {
      auto const result = prometheus.query(query);
      EXPECT_TRUE(result.has_value()) << title << ": " << query;
      if (result && result->empty()) empty.push_back(title + ": " + query);
    }
  }
  EXPECT_THAT(empty, IsEmpty());
}

TEST(Prometheus, TakesAScrapeAndEvaluatesEveryRule) {
  TemporaryDirectory const evidence;
  put_run(evidence.path() / "a", 20);
  Serving const serving(evidence.path());
  Prometheus const prometheus({serving.port()});
  ASSERT_TRUE(
      eventually([&] { return prometheus.value("pgdrill_rollback_rto_seconds{stat=\"max\"}").has_value(); }));
  EXPECT_EQ(prometheus.value("scrape_samples_scraped > 40") > 0, true);
  EXPECT_GT(prometheus.value("pgdrill_rollback_rto_seconds{stat=\"max\"}").value_or(0), 0);
  std::string rules;
  ASSERT_TRUE(eventually([&] {
    rules = http("GET", prometheus.url() + "/api/v1/rules").value_or("");
    return !rules.empty() && rules.find("\"health\":\"unknown\"") == std::string::npos;
  }));
  EXPECT_THAT(rules, Not(HasSubstr("\"health\":\"err\"")));
  EXPECT_THAT(rules, HasSubstr("\"health\":\"ok\""));
}

TEST(Prometheus, GivesTheHistoryBackToTheGate) {
  TemporaryDirectory const evidence;
  Serving const serving(evidence.path());
  Prometheus const prometheus({serving.port()});
  for (int day = 10; day < 15; ++day) {
    put_run(evidence.path() / std::to_string(day), day);
    // The end of each day's run, as it was scraped.
    ASSERT_TRUE(eventually([&] {
      return prometheus.value("day_of_month(pgdrill_last_run_timestamp_seconds)").value_or(0) == day;
    }));
  }
  std::string const history = (evidence.path() / "history.jsonl").string();
  std::vector<std::string> const import{
      PGDRILL_BINARY,   "gate",      "import", "data-rollback", "--prometheus",
      prometheus.url(), "--history", history,  "--window",      "10m"};
  CommandResult const first = run(import);
  EXPECT_EQ(first.exit_code, 0) << first.err;
  EXPECT_EQ(first.out, "5 runs found, 5 new\n");
  EXPECT_EQ(run(import).out, "5 runs found, 0 new\n");
  put_run(evidence.path() / "new", 20);
  CommandResult const gate =
      run({PGDRILL_BINARY, "gate", (evidence.path() / "new/journal.jsonl").string(), "--history", history});
  EXPECT_EQ(gate.exit_code, 0) << gate.out;
  EXPECT_THAT(gate.out, HasSubstr("n = 5"));
}

}  // namespace
}  // namespace pgdrill::test
