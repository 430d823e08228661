// The JSON Schema by a validator that is not ours: what the parser takes is valid, what it refuses is not,
// and both know the same keys.
#include <gmock/gmock.h>

#include <algorithm>

#include "harness/base/files.hpp"
#include "harness/base/text.hpp"
#include "harness/engine/registry.hpp"
#include "harness/scenario/json_schema.hpp"
#include "harness/scenario/scenario.hpp"
#include "tests/cli/binary.hpp"

namespace pgdrill::cli {
namespace {

using test::CommandResult;
using test::pgdrill_verb;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;
using testing::UnorderedElementsAreArray;

std::vector<std::string> scenarios_below(std::string const& folder) {
  std::vector<std::string> files;
  for (auto const& entry : std::filesystem::directory_iterator(PGDRILL_SOURCE_DIR "/" + folder)) {
    bool const scenario = entry.path().extension() == ".yaml" &&
                          read_file(entry.path()).value_or("").find("\nkind: ") != std::string::npos;
    if (scenario) files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class Schema : public testing::Test {
 protected:
  void SetUp() override {
    CommandResult const result = pgdrill_verb({"schema"});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    ASSERT_TRUE(write_file_atomically(directory_.path() / "schema.json", result.out).has_value());
  }
  /// By Python's jsonschema; sets `skipped` when it is not there.
  CommandResult validate(std::vector<std::string> const& files) {
    std::vector<std::string> command{"python3", PGDRILL_SOURCE_DIR "/tests/cli/validate_with_schema.py",
                                     (directory_.path() / "schema.json").string()};
    command.insert(command.end(), files.begin(), files.end());
    CommandResult result = test::run(command);
    skipped_ = result.exit_code == 3;
    return result;
  }
  test::TemporaryDirectory directory_;
  bool skipped_ = false;
};

TEST_F(Schema, TakesEveryShippedScenario) {
  std::vector<std::string> files = scenarios_below("scenarios");
  std::vector<std::string> const more = scenarios_below("tests/data/scenarios");
  files.insert(files.end(), more.begin(), more.end());
  ASSERT_GE(files.size(), 2U);
  CommandResult const result = validate(files);
  if (skipped_) GTEST_SKIP() << "python3-jsonschema is not installed: " << result.out;
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
}

TEST_F(Schema, RefusesEveryBrokenOneAsTheParserDoes) {
  std::vector<std::string> const files = scenarios_below("tests/data/broken-scenarios");
  ASSERT_GE(files.size(), 10U);
  for (std::string const& file : files)
    EXPECT_EQ(pgdrill_verb({"validate", file}).exit_code, 2) << file << " is not broken";
  CommandResult const result = validate(files);
  if (skipped_) GTEST_SKIP() << "python3-jsonschema is not installed: " << result.out;
  EXPECT_THAT(result.out, Not(HasSubstr(": valid"))) << result.out;
  EXPECT_EQ(static_cast<std::size_t>(std::count(result.out.begin(), result.out.end(), '\n')), files.size())
      << result.out << result.err;
}

/// Sections stand under the page's own head.
std::string whole(std::string const& block) {
  if (block.starts_with("apiVersion:")) return block;
  std::string const steps = block.find("steps:\n") == std::string::npos ? "steps: [status-check]\n" : "";
  return "apiVersion: pgdrill.io/v1\nkind: Scenario\nmetadata: {name: example}\n"
         "target: {namespace: develop, cluster: orders, service: orders-db}\n" +
         steps + block;
}

TEST_F(Schema, TakesTheExamplesOfTheDocumentation) {
  std::string const page = read_file(PGDRILL_SOURCE_DIR "/docs/language.md").value_or("");
  std::vector<std::string> files;
  constexpr std::string_view open = "```yaml\n";
  for (std::size_t at = page.find(open); at != std::string::npos; at = page.find(open, at + 1)) {
    std::size_t const begin = at + open.size();
    std::string const block = page.substr(begin, page.find("```", begin) - begin);
    std::filesystem::path const file =
        directory_.path() / ("example-" + std::to_string(files.size()) + ".yaml");
    ASSERT_TRUE(write_file_atomically(file, whole(block)).has_value());
    files.push_back(file.string());
  }
  ASSERT_GE(files.size(), 5U);
  CommandResult const result = validate(files);
  if (skipped_) GTEST_SKIP() << "python3-jsonschema is not installed: " << result.out;
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
}

/// What the parser says could have stood in place of an unknown key.
std::vector<std::string> keys_by_the_parser(std::string const& yaml) {
  constexpr std::string_view words = "expected one of: ";
  for (scenario::Problem const& problem :
       scenario::parse_text(yaml, "s.yaml", engine::catalogue(), {}).problems) {
    std::size_t const at = problem.message.find(words);
    if (problem.message.find("'zzzzzzzzzzzz'") == std::string::npos || at == std::string::npos) continue;
    std::vector<std::string> keys;
    for (std::string const& key : split(problem.message.substr(at + words.size()), ','))
      keys.emplace_back(trim(key));
    return keys;
  }
  return {};
}

std::vector<std::string> keys_by_the_schema(std::string_view definition, std::string_view path) {
  static json::value const schema(scenario::json_schema(engine::catalogue()));
  json::value const* at = member(find(schema, "definitions"), definition);
  if (!path.empty()) at = member(member(at, "properties"), path);
  if (json::value const* const any = member(at, "anyOf")) at = &any->as_array().front();  // or a single word
  std::vector<std::string> keys;
  json::value const* const properties = member(at, "properties");
  if (properties == nullptr) return keys;
  for (json::key_value_pair const& entry : properties->get_object()) keys.emplace_back(entry.key());
  return keys;
}

TEST(SchemaAndParser, KnowTheSameKeys) {
  EXPECT_THAT(keys_by_the_schema("scenario", ""),
              UnorderedElementsAreArray(keys_by_the_parser("zzzzzzzzzzzz: 1\n")));
  for (std::string const section : {"metadata", "target", "objectives"}) {
    EXPECT_THAT(keys_by_the_schema("scenario", section),
                UnorderedElementsAreArray(keys_by_the_parser(section + ": {zzzzzzzzzzzz: 1}\n")))
        << section;
  }
}

TEST(SchemaAndParser, KnowTheSameKeysOfItems) {
  json::value const schema(scenario::json_schema(engine::catalogue()));
  for (auto const& [definition, section, kind] :
       {std::tuple{"item", "steps", "status-check"}, {"probe", "probes", "heartbeat"}}) {
    std::vector<std::string> const parser =
        keys_by_the_parser(std::string(section) + ":\n  - " + kind + ": {}\n    zzzzzzzzzzzz: 1\n");
    ASSERT_THAT(parser, Not(IsEmpty())) << section;
    json::value const& whole = member(find(schema, "definitions"), definition)->at("anyOf").at(1);
    std::vector<std::string> keys;
    for (json::key_value_pair const& entry : whole.at("properties").as_object())
      keys.emplace_back(entry.key());
    EXPECT_THAT(keys, IsSupersetOf(parser)) << section;
  }
}

TEST(SchemaAndParser, EveryParameterIsDescribed) {
  json::value const schema(scenario::json_schema(engine::catalogue()));
  json::value const& item = schema.at("definitions").at("item").at("anyOf").at(1).at("properties");
  for (auto const* const all : {&engine::catalogue().steps, &engine::catalogue().faults}) {
    for (scenario::Declaration const& one : *all) {
      for (scenario::ParameterDeclaration const& parameter : one.parameters) {
        json::value const& value = item.at(one.name).at("properties").at(parameter.name);
        EXPECT_EQ(get_string(value, "description"), parameter.help) << one.name << "." << parameter.name;
      }
    }
  }
}

}  // namespace
}  // namespace pgdrill::cli
