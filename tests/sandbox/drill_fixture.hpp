// Small drills of the real binary against a sandbox that a test suite shares.
#pragma once
#include <gmock/gmock.h>

#include <fstream>

#include "harness/base/files.hpp"
#include "harness/base/text.hpp"
#include "tests/support/sandbox.hpp"

namespace pgdrill::test {

class DrillTest : public testing::Test {
 protected:
  void SetUp() override {
    if (sandbox_ == nullptr) sandbox_ = std::make_unique<Sandbox>();
    ASSERT_TRUE(sandbox_->healthy());
  }
  static void TearDownTestSuite() { sandbox_.reset(); }

  std::filesystem::path scenario(std::string const& sections) const {
    std::filesystem::path const file = directory_.path() / "scenario.yaml";
    std::ofstream(file) << "apiVersion: pgdrill.io/v1\nkind: Scenario\nmetadata: {name: test}\n"
                           "target: {namespace: develop, cluster: orders, service: orders-db}\n"
                        << (sections.find("objectives:") == std::string::npos ? "objectives: none\n" : "")
                        << sections;
    return file;
  }
  CommandResult run(std::string const& sections, std::vector<std::string> more = {}) const {
    return run_file(scenario(sections), std::move(more));
  }
  CommandResult run_file(std::filesystem::path const& file, std::vector<std::string> more = {}) const {
    std::vector<std::string> command{"run", file.string(), "--evidence", evidence().string()};
    command.insert(command.end(), more.begin(), more.end());
    return sandbox_->pgdrill(command);
  }
  std::filesystem::path evidence() const { return directory_.path() / "evidence"; }

  std::vector<json::value> events(std::string const& name) const {
    std::vector<json::value> all;
    for (std::string const& line : split(read_file(evidence() / "journal.jsonl").value_or(""), '\n')) {
      json::value event = parse_json(line.empty() ? "null" : line).value_or(nullptr);
      if (get_string(event, "event") == name) all.push_back(std::move(event));
    }
    return all;
  }
  CommandResult psql(std::string const& sql) const {
    std::string const primary =
        get_string(sandbox_->get("clusters.postgresql.cnpg.io", "orders"), "status.currentPrimary");
    return sandbox_->kubectl({"exec", "-n", "develop", primary, "-c", "postgres", "--", "psql", "-XAt", "-d",
                              "app", "-v", "ON_ERROR_STOP=1", "-c", sql});
  }
  /// A single value, without the newline.
  std::string value(std::string const& sql) const { return std::string(trim(psql(sql).out)); }
  /// How the application connects to a pod.
  std::string as_application(std::string const& pod) const {
    CommandResult const password = sandbox_->kubectl({"get", "secret", "orders-app", "-n", "develop", "-o",
                                                      "go-template={{.data.password | base64decode}}"});
    return "host=" + get_string(sandbox_->get("pod", pod), "status.podIP") +
           " user=app dbname=app sslmode=require password=" + password.out;
  }
  /// The Service's selector and the Cluster's fence, which faults change.
  std::string traces() const {
    json::value const service = sandbox_->get("service", "orders-db");
    json::value const cluster = sandbox_->get("clusters.postgresql.cnpg.io", "orders");
    std::string const selector = json::serialize(*find(service, "spec.selector"));
    json::value const* const annotations = find(cluster, "metadata.annotations");
    std::string const fence =
        annotations != nullptr ? get_string(json::value(*annotations), "cnpg.io/fencedInstances") : "";
    std::string const records =
        sandbox_->kubectl({"get", "configmaps,leases", "-n", "develop", "-l", "pgdrill.io/run", "-o", "name"})
            .out;
    return (selector.find("nobody") == std::string::npos ? "" : selector) + fence + records;
  }

  TemporaryDirectory directory_;
  static inline std::unique_ptr<Sandbox> sandbox_;
};

}  // namespace pgdrill::test
