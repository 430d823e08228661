// Every example of docs/language.md: valid, planned, and run against the sandbox.
#include <gmock/gmock.h>

#include <fstream>
#include <regex>

#include "harness/base/files.hpp"
#include "harness/engine/registry.hpp"
#include "tests/support/sandbox.hpp"

namespace pgdrill::test {
namespace {

struct Example {
  std::string heading;
  std::string yaml;
};

constexpr char const* head =
    "apiVersion: pgdrill.io/v1\nkind: Scenario\nmetadata: {name: example}\n"
    "target: {namespace: develop, cluster: orders, service: orders-db}\n";

/// An example with objectives has them in the place of the head's.
std::string under_head(std::string const& yaml) {
  bool const demands = yaml.find("objectives:") != std::string::npos;
  return head + std::string(demands ? "" : "objectives: none\n") + yaml;
}

/// The fenced YAML of the page, with the heading that it stands under.
std::vector<Example> examples() {
  std::vector<Example> all;
  std::string heading;
  std::string yaml;
  bool inside = false;
  std::ifstream page(PGDRILL_SOURCE_DIR "/docs/language.md");
  for (std::string line; std::getline(page, line);) {
    if (line == "```yaml") {
      inside = true;
      yaml.clear();
    } else if (line == "```" && inside) {
      inside = false;
      all.push_back({heading, yaml.starts_with("apiVersion") ? yaml : under_head(yaml)});
    } else if (inside) {
      yaml += line + "\n";
    } else if (line.starts_with("#")) {
      heading = line;
    }
  }
  return all;
}

bool is_fragment(Example const& example) { return example.yaml.find("kind: Fragment") != std::string::npos; }

class LanguagePage : public testing::Test {
 protected:
  LanguagePage() {
    std::filesystem::create_directories(directory_.path() / "fragments");
    std::filesystem::create_directories(directory_.path() / "cut");
    std::ofstream(directory_.path() / "cut/000002_cut.up.sql")
        << "CREATE TABLE cut (id integer);\nSELECT pg_sleep(30), 'a backfill';\n";
    for (Example const& example : examples()) {
      if (is_fragment(example)) std::ofstream(directory_.path() / "fragments/marks.yaml") << example.yaml;
    }
  }
  std::filesystem::path written(Example const& example) const {
    std::filesystem::path const file = directory_.path() / "example.yaml";
    std::ofstream(file) << example.yaml;
    return file;
  }
  TemporaryDirectory directory_;
};

TEST_F(LanguagePage, ExamplesAreValid) {
  ASSERT_GT(examples().size(), 12U);
  for (Example const& example : examples()) {
    if (is_fragment(example)) continue;
    Result<scenario::ParseOutcome> const outcome =
        scenario::parse_file(written(example), engine::catalogue(), {});
    ASSERT_TRUE(outcome.has_value());
    EXPECT_EQ(scenario::render_problems(outcome->problems, outcome->sources), "") << example.heading;
  }
}

TEST_F(LanguagePage, NamesEveryTriggerThereIs) {
  std::string const page = read_file(PGDRILL_SOURCE_DIR "/docs/language.md").value();
  for (auto const& entry : engine::triggers()) {
    EXPECT_THAT(page, testing::HasSubstr("| `" + entry.declaration.name + ":")) << entry.declaration.name;
  }
}

TEST_F(LanguagePage, ExamplesRun) {
  Sandbox const sandbox;
  ASSERT_TRUE(sandbox.healthy());
  // The first examples cut the Service: the sandbox's own first migration must not be under way then.
  CommandResult const migrated = sandbox.kubectl(
      {"wait", "-n", "develop", "kustomizations/migrations", "--for=condition=Ready", "--timeout=60s"});
  ASSERT_EQ(migrated.exit_code, 0) << migrated.err;
  int number = 0;
  for (Example const& example : examples()) {
    if (is_fragment(example)) continue;
    std::filesystem::path const evidence = directory_.path() / std::to_string(++number);
    CommandResult const planned = sandbox.pgdrill({"plan", written(example).string()});
    EXPECT_EQ(planned.exit_code, 0) << example.heading << planned.err;
    CommandResult const result =
        sandbox.pgdrill({"run", written(example).string(), "--evidence", evidence.string()});
    EXPECT_EQ(result.exit_code, 0) << example.heading << "\n" << result.out << result.err;
  }
}

}  // namespace
}  // namespace pgdrill::test
