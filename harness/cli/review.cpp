// pgdrill review PATH...: what SQL migrations lock, rewrite, break and lose, and whether they can be rolled
// back.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "harness/base/files.hpp"
#include "harness/base/task.hpp"
#include "harness/base/text.hpp"
#include "harness/cli/load_scenario.hpp"
#include "harness/cli/verb.hpp"
#include "harness/migrations/review/catalogue.hpp"
#include "harness/migrations/review/output.hpp"
#include "harness/migrations/rewrite/rewrite_files.hpp"
#include "harness/postgres/connection_string.hpp"
#include "reports/verdict.hpp"

namespace pgdrill::cli {

namespace {

int usage(std::string const& message) {
  std::fprintf(stderr, "pgdrill review: %s\n", message.c_str());
  return reports::exit_usage;
}

/// Rule names that do not exist are refused: a typing error must not switch a rule off in silence.
std::optional<std::string> unknown_rule(std::vector<std::string> const& names) {
  std::vector<std::string> known;
  for (review::Rule const& rule : review::rules()) known.push_back(rule.id);
  for (std::string const& name : names) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    auto const near = nearest(name, known);
    return "there is no rule '" + name + "'" + (near ? "; did you mean '" + *near + "'?" : "") +
           "; pgdrill list rules names them";
  }
  return std::nullopt;
}

std::optional<std::string> render(review::ReviewReport const& report, Arguments const& arguments) {
  std::string const format = arguments.text("format");
  char const* const no_colour = std::getenv("NO_COLOR");
  bool const color = isatty(STDOUT_FILENO) == 1 && (no_colour == nullptr || *no_colour == '\0');
  if (format == "text")
    return as_text(report, {.color = color, .every_statement = arguments.flag("statements")});
  if (format == "json") return as_json(report);
  if (format == "sarif") return as_sarif(report);
  if (format == "github") return as_github(report);
  return std::nullopt;
}

bool fails(review::ReviewReport const& report, std::string const& threshold) {
  if (report.count(review::Severity::error) > 0 && threshold != "never") return true;
  if (report.count(review::Severity::warning) > 0 && (threshold == "warning" || threshold == "note"))
    return true;
  return report.count(review::Severity::note) > 0 && threshold == "note";
}

/// Types, sizes and dependants of a live database, and its major version.
Result<> read_database(Arguments const& arguments, review::Options& options) {
  if (!arguments.given("database")) return {};
  TRY(postgres::ConnectionParameters const database,
      postgres::parse_connection_string(arguments.text("database")));
  TRY(review::Catalogue catalogue, run_to_end(review::read_catalogue(database)));
  options.schema = std::move(catalogue.schema);
  options.major = catalogue.major;
  options.minor = catalogue.minor;
  options.search_path = std::move(catalogue.search_path);
  return {};
}

/// Writes the phases of every breaking statement below `directory`; says of the others why they stay.
int write_rewriting(std::vector<review::SqlFile> const& files, review::Options const& options,
                    std::filesystem::path const& directory) {
  review::RewrittenFiles const rewritten = review::rewrite_files(files, options);
  std::error_code problem;
  if (!rewritten.files.empty()) std::filesystem::create_directories(directory, problem);
  for (review::RenderedFile const& file : rewritten.files) {
    Result<> const written = write_file_atomically(directory / file.name, file.content);
    if (!written) return report_error(written.error());
    std::printf("%s\n", (directory / file.name).c_str());
  }
  for (std::string const& note : rewritten.notes) std::fprintf(stderr, "pgdrill review: %s\n", note.c_str());
  for (Error const& refusal : rewritten.refusals)
    std::fprintf(stderr, "pgdrill review: %s\n", describe(refusal).c_str());
  if (!rewritten.refusals.empty()) std::fprintf(stderr, "pgdrill review: nothing was written\n");
  return rewritten.refusals.empty() ? 0 : reports::exit_missed;
}

int run(Arguments const& arguments) {
  std::vector<std::string> const excluded = arguments.texts("exclude");
  std::vector<std::string> const extra = arguments.texts("rule");
  if (auto const problem = unknown_rule(excluded)) return usage(*problem);
  if (auto const problem = unknown_rule(extra)) return usage(*problem);
  std::string const threshold = arguments.text("fail-on");
  if (threshold != "error" && threshold != "warning" && threshold != "note" && threshold != "never")
    return usage("--fail-on takes error, warning, note or never");
  Result<std::vector<review::SqlFile>> const files = review::read_sql_files(arguments.texts("PATH"));
  if (!files) return report_error(files.error());
  review::Options options;
  std::string const version = arguments.text("postgres");
  options.major = std::atoi(version.c_str());
  if (std::size_t const dot = version.find('.'); dot != std::string::npos)
    options.minor = std::atoi(version.c_str() + dot + 1);
  options.assume_transaction = arguments.flag("in-transaction");
  options.extra.insert(extra.begin(), extra.end());
  options.excluded.insert(excluded.begin(), excluded.end());
  if (Result<> const known = read_database(arguments, options); !known) return report_error(known.error());
  if (arguments.given("rewrite")) return write_rewriting(*files, options, arguments.text("rewrite"));
  review::ReviewReport const report = review::review(*files, options);
  std::optional<std::string> const text = render(report, arguments);
  if (!text) return usage("--format takes text, json, sarif or github");
  std::fwrite(text->data(), 1, text->size(), stdout);  // a file may hold any byte, zero too
  return fails(report, threshold) ? reports::exit_missed : 0;
}

Verb describe_verb() {
  return {
      .name = "review",
      .summary = "review SQL migrations: locks, rewrites, what they break, whether they can be rolled back",
      .positionals = {{.name = "PATH", .help = "SQL files, or directories of them", .repeated = true}},
      .options =
          {{.name = "--format", .help = "text, json, sarif (2.1.0) or github", .default_value = "text"},
           {.name = "--fail-on",
            .help = "severity that makes the exit code 1: error, warning, note or never",
            .default_value = "warning"},
           {.name = "--postgres", .help = "version that will run them: 15, or 14.2", .default_value = "15"},
           {.name = "--database",
            .help = "postgresql://USER@HOST:PORT/DATABASE: sizes, types and dependants from a live "
                    "database, read-only; also says its version"},
           {.name = "--rewrite",
            .help = "directory: writes each breaking change as Expand-Contract, numbered files with "
                    "their downs; wants --database"},
           {.name = "--in-transaction",
            .help = "plain files are run in a transaction by their tool",
            .flag = true},
           {.name = "--statements", .help = "show every statement, not only findings", .flag = true},
           {.name = "--rule", .help = "a rule that is not on by default", .repeated = true},
           {.name = "--exclude", .help = "a rule to leave out", .repeated = true}},
      .run = &run};
}

RegisterVerb const registered(&describe_verb);

}  // namespace
}  // namespace pgdrill::cli
