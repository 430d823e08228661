#include <algorithm>
#include <set>
#include <tuple>

#include "harness/base/files.hpp"
#include "harness/base/text.hpp"
#include "harness/scenario/reader.hpp"

namespace pgdrill::scenario {

namespace {

constexpr std::string_view api_version = "pgdrill.io/v1";

using SecretLines = std::set<std::pair<std::string, int>>;

/// Other problems of such a line do not show it either.
SecretLines secret_lines(std::vector<Problem> const& problems) {
  SecretLines lines;
  for (Problem const& problem : problems) {
    if (problem.secret) lines.emplace(problem.location.file, problem.location.line);
  }
  return lines;
}

void render(std::string& text, Problem const& problem, std::vector<std::string> const& lines,
            SecretLines const& secret) {
  text += problem.location.text() + (problem.warning ? ": warning: " : ": error: ") + problem.message + "\n";
  auto const index = static_cast<std::size_t>(problem.location.line - 1);
  bool const hidden = secret.contains({problem.location.file, problem.location.line});
  if (hidden || problem.location.line < 1 || index >= lines.size()) return;
  std::string line = lines[index];
  if (!line.empty() && line.back() == '\r') line.pop_back();
  std::string const number = std::to_string(problem.location.line);
  text += "  " + number + " | " + line + "\n";
  std::string pad;
  auto const column = static_cast<std::size_t>(std::max(problem.location.column - 1, 0));
  for (std::size_t i = 0; i < column && i < line.size(); ++i) {
    // Columns count bytes: what continues a character takes no place, a tab stays a tab.
    if ((static_cast<unsigned char>(line[i]) & 0xC0U) == 0x80U) continue;
    pad += line[i] == '\t' ? '\t' : ' ';
  }
  text += "  " + std::string(number.size(), ' ') + " | " + pad + "^\n";
}

/// A control arm proves nothing of the rollback anyway.
void warn_of_no_objectives(YamlNode const& document, ParseOutcome& into) {
  YamlNode const* const given = document.value("objectives");
  bool const none_given = given == nullptr || (given->kind == YamlNode::Kind::map && given->entries.empty());
  if (!none_given || into.scenario.expect_failure) return;
  into.warnings.push_back(
      {.location = given == nullptr ? document.location : given->location,
       .message = "no objectives: nothing is demanded of the rollback, and the run will be inconclusive "
                  "(exit code 4); give 'objectives', or 'objectives: none' when nothing is to be proven",
       .warning = true});
}

}  // namespace

void read_header(Reader& reader, YamlNode const& document, std::string const& kind) {
  auto const expect = [&](std::string const& key, std::string const& value) {
    std::string const given = reader.text_of(document, key, "expected '" + value + "'", true);
    YamlNode const* const node = document.value(key);
    if (node == nullptr || node->kind != YamlNode::Kind::scalar || given == value || given.empty()) return;
    reader.complain(node->location, "'" + key + "' must be '" + value + "', not '" + given + "'");
  };
  expect("apiVersion", std::string(api_version));
  expect("kind", kind);
}

ParseOutcome parse_text(std::string_view yaml, std::string const& file_name, Catalogue const& catalogue,
                        ParseOptions const& options) {
  ParseOutcome outcome;
  YamlNode const document = read_yaml(yaml, file_name, outcome.problems);
  outcome.scenario.file = file_name;
  outcome.sources[file_name] = yaml;
  outcome.scenario.sha256 = sha256_hex(yaml);
  Reader reader(outcome.problems);
  bool const readable = document.kind != YamlNode::Kind::null || outcome.problems.empty();
  if (readable && reader.expect_map(document, "a scenario")) {
    reader.reject_unknown_keys(
        document, {"apiVersion", "kind", "metadata", "variables", "matrix", "repeat", "seed", "expect",
                   "target", "objectives", "gate", "probes", "steady-state", "abort-when", "steps"});
    outcome.scenario.variables = read_variables(reader, document, options);
    reader.set_variables(outcome.scenario.variables);
    read_header(reader, document, "Scenario");
    read_metadata(reader, document, outcome.scenario);
    read_target(reader, document, options, outcome.scenario);
    read_objectives(reader, document, outcome.scenario);
    read_gate(reader, document, outcome.scenario);
    read_probes(reader, document, catalogue, outcome.scenario);
    read_repetition(reader, document, outcome.scenario);
    read_guards(reader, document, catalogue, outcome.scenario);
    std::size_t const before_steps = outcome.problems.size();
    read_steps(reader, document, catalogue, options, outcome);
    // What a step that could not be read would write nobody knows.
    if (outcome.problems.size() == before_steps) reader.check_marks();
    if (outcome.problems.empty()) warn_of_no_objectives(document, outcome);
  }
  auto const place = [&file_name](Problem const& problem) {
    Location const& at = problem.location;
    return std::tuple(at.file != file_name, at.file, at.line, at.column, problem.message);
  };
  std::sort(outcome.problems.begin(), outcome.problems.end(),
            [&place](Problem const& a, Problem const& b) { return place(a) < place(b); });
  // A fragment that is included twice has its mistakes once.
  outcome.problems.erase(
      std::unique(outcome.problems.begin(), outcome.problems.end(),
                  [&place](Problem const& a, Problem const& b) { return place(a) == place(b); }),
      outcome.problems.end());
  return outcome;
}

Result<ParseOutcome> parse_file(std::filesystem::path const& file, Catalogue const& catalogue,
                                ParseOptions const& options) {
  TRY(std::string const yaml, read_file(file));
  ParseOptions with_files = options;
  if (!with_files.load) with_files.load = [](std::filesystem::path const& other) { return read_file(other); };
  return parse_text(yaml, file.string(), catalogue, with_files);
}

std::string render_problems(std::vector<Problem> const& problems,
                            std::map<std::string, std::string> const& sources) {
  std::string text;
  SecretLines const secret = secret_lines(problems);
  for (Problem const& problem : problems) {
    auto const source = sources.find(problem.location.file);
    render(text, problem, source == sources.end() ? std::vector<std::string>() : split(source->second, '\n'),
           secret);
  }
  return text;
}

std::string render_problems(std::vector<Problem> const& problems, std::string_view yaml) {
  std::vector<std::string> const lines = split(yaml, '\n');
  std::string text;
  SecretLines const secret = secret_lines(problems);
  for (Problem const& problem : problems) render(text, problem, lines, secret);
  return text;
}

}  // namespace pgdrill::scenario
