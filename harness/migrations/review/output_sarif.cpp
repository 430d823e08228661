#include <filesystem>

#include "harness/migrations/review/output.hpp"

namespace pgdrill::review {

namespace {

json::object rule_json(Rule const& rule) {
  return {{"id", rule.id},
          {"shortDescription", json::object{{"text", rule.summary}}},
          {"fullDescription", json::object{{"text", rule.why}}},
          {"help", json::object{{"text", rule.instead}}},
          {"defaultConfiguration",
           json::object{{"level", name_of(rule.severity)}, {"enabled", rule.by_default}}}};
}

/// A path relative to where the review was started, as code scanning wants it; "/" alone separates.
std::string uri_of(std::string const& path) {
  return std::filesystem::path(path).lexically_normal().generic_string();
}

json::object result_json(SqlFile const& file, Finding const& finding) {
  SqlFile::Place const place = file.place(finding.offset);
  json::object region{
      {"startLine", place.line}, {"startColumn", place.column}, {"endColumn", place.column + finding.length}};
  json::object location{{"artifactLocation", json::object{{"uri", uri_of(file.path)}}},
                        {"region", std::move(region)}};
  return {{"ruleId", finding.rule},
          {"level", name_of(finding.severity)},
          {"message", json::object{{"text", finding.message + ". Instead: " + finding.help}}},
          {"locations", json::array{json::object{{"physicalLocation", std::move(location)}}}}};
}

}  // namespace

std::string as_sarif(ReviewReport const& report) {
  json::array rule_list;
  for (Rule const& rule : rules()) rule_list.push_back(rule_json(rule));
  json::array results;
  for (FileReview const& file : report.files) {
    for (Finding const& finding : file.findings) results.push_back(result_json(*file.file, finding));
  }
  json::object driver{
      {"name", "pgdrill review"}, {"version", PGDRILL_VERSION}, {"rules", std::move(rule_list)}};
  json::object run{{"tool", json::object{{"driver", std::move(driver)}}},
                   {"columnKind", "utf16CodeUnits"},
                   {"results", std::move(results)}};
  return pretty(json::object{{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                             {"version", "2.1.0"},
                             {"runs", json::array{std::move(run)}}});
}

}  // namespace pgdrill::review
