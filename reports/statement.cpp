// statement.intoto.json: an in-toto statement (github.com/in-toto/attestation, spec/v1) with the predicate
// test-result v0.1, which names journal and results by their digests. Signing is left to whoever holds a key.
#include <fmt/format.h>

#include "harness/base/json.hpp"
#include "reports/escape.hpp"
#include "reports/plain_json.hpp"
#include "reports/report.hpp"

namespace pgdrill::reports {

namespace {

json::object descriptor(std::string const& name, std::string const& algorithm, std::string const& digest) {
  return {{"name", name}, {"digest", {{algorithm, digest}}}};
}

bool is_hex(std::string const& text, std::size_t length) {
  return text.size() == length && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

json::array subjects(Run const& run, Verdict const& verdict) {
  json::array list;
  for (auto const& [file, hash] : verdict.files) list.push_back(descriptor(file, "sha256", hash));
  auto const migration = run.facts.find("migration");
  if (migration == run.facts.end()) return list;
  std::string const commit = get_string(migration->second, "commit");
  if (is_hex(commit, 40)) list.push_back(descriptor("the change under test", "gitCommit", commit));
  return list;
}

json::array checks_of(Run const& run, std::string_view status) {
  json::array names;
  for (Check const& check : run.checks) {
    if (check.status == status) names.push_back(json::string(one_line(check.name, 200)));
  }
  return names;
}

json::array configuration(Run const& run) {
  json::value const scenario = run.scenario;
  std::string const hash = get_string(scenario, "sha256");
  json::object file{{"name", one_line(get_string(scenario, "file", run.scenario_name()), 300)}};
  if (is_hex(hash, 64)) file["digest"] = json::object{{"sha256", hash}};
  return {file};
}

std::string render_statement(Run const& run, Verdict const& verdict) {
  // GO with nothing to compare with is still a pass; what could not be decided is none.
  std::string_view const result = verdict.decision == "go" ? "PASSED" : "FAILED";
  json::object const predicate{{"result", result},
                               {"configuration", configuration(run)},
                               {"passedTests", checks_of(run, "passed")},
                               {"warnedTests", checks_of(run, "undecided")},
                               {"failedTests", checks_of(run, "failed")},
                               {"annotations",
                                {{"pgdrill.decision", verdict.decision},
                                 {"pgdrill.run", one_line(run.id, 200)},
                                 {"pgdrill.signed", "no"}}}};
  return plain_json(json::object{{"_type", "https://in-toto.io/Statement/v1"},
                                 {"subject", subjects(run, verdict)},
                                 {"predicateType", "https://in-toto.io/attestation/test-result/v0.1"},
                                 {"predicate", predicate}});
}

RegisterReport const registered("statement.intoto.json", &render_statement,
                                "in-toto statement that binds journal and results by their digests",
                                Stage::statement);

}  // namespace
}  // namespace pgdrill::reports
