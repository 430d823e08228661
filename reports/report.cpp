#include "reports/report.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "harness/base/files.hpp"

namespace pgdrill::reports {

namespace {

std::vector<Report>& registered_reports() {
  static std::vector<Report> reports;
  return reports;
}

/// What a run records itself; all else is made from the journal. The ledger's log is what its verdict in the
/// journal can be checked by.
constexpr std::string_view journal_file = "journal.jsonl";
constexpr std::string_view ledger_file = "writes.jsonl";

Result<> copy_record(std::filesystem::path const& from, std::filesystem::path const& to) {
  std::error_code problem;
  if (std::filesystem::equivalent(from, to, problem)) return {};
  std::filesystem::copy_file(from, to, std::filesystem::copy_options::overwrite_existing, problem);
  if (problem) {
    return fail({.kind = ErrorKind::io,
                 .what = "cannot copy what the run recorded",
                 .where = to.string(),
                 .why = problem.message()});
  }
  return {};
}

/// Copies the records of the run to the package when they lie elsewhere, and tells their hashes.
Result<std::map<std::string, std::string>> take_records(std::filesystem::path const& journal,
                                                        std::filesystem::path const& directory) {
  std::map<std::string, std::string> hashes;
  std::filesystem::path const ledger = journal.parent_path() / ledger_file;
  for (auto const& [from, name] : {std::pair(journal, journal_file), std::pair(ledger, ledger_file)}) {
    std::filesystem::path const copy = directory / name;
    std::error_code problem;
    if (from == ledger && !std::filesystem::exists(ledger, problem)) {
      std::filesystem::remove(copy, problem);  // that of another run
      continue;
    }
    TRY_VOID(copy_record(from, copy));
    TRY(std::string const content, read_file(copy));
    hashes[std::string(name)] = sha256_hex(content);
  }
  return hashes;
}

/// Files of the directory as `sha256sum` lists them, sorted by name.
Result<> write_manifest(std::filesystem::path const& directory) {
  std::vector<std::filesystem::path> files;
  for (auto const& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.is_regular_file() && entry.path().filename() != "MANIFEST.sha256")
      files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::string manifest;
  for (std::filesystem::path const& file : files) {
    TRY(std::string const content, read_file(file));
    manifest += sha256_hex(content) + "  " + file.filename().string() + "\n";
  }
  return write_file_atomically(directory / "MANIFEST.sha256", manifest);
}

}  // namespace

RegisterReport::RegisterReport(std::string_view file, RenderReport render, std::string_view summary,
                               Stage stage) {
  registered_reports().push_back({std::string(file), render, std::string(summary), stage});
}

std::vector<Report> const& reports() {
  static std::vector<Report> const sorted = [] {
    std::vector<Report> all = registered_reports();
    std::sort(all.begin(), all.end(), [](Report const& a, Report const& b) {
      return std::tie(a.stage, a.file) < std::tie(b.stage, b.file);
    });
    return all;
  }();
  return sorted;
}

namespace {

/// The truth of another run is not to be written over by this one's.
Result<> check_directory(Run const& run, std::filesystem::path const& journal,
                         std::filesystem::path const& directory) {
  std::filesystem::path const there = directory / "journal.jsonl";
  std::error_code ignored;
  if (!std::filesystem::exists(there, ignored) || std::filesystem::equivalent(there, journal, ignored))
    return {};
  Result<Run> const other = read_run(there);
  if (!other || other->id == run.id) return {};
  return fail({.kind = ErrorKind::usage,
               .what = "the directory holds the evidence of another run",
               .where = directory.string(),
               .why = "its journal is that of run " + other->id + ", this one is of run " + run.id,
               .todo = "name another directory"});
}

}  // namespace

Result<Verdict> write_reports(std::filesystem::path const& journal, std::filesystem::path const& directory,
                              std::optional<HistoryFigures> history) {
  TRY(Run const run, read_run(journal));
  TRY_VOID(check_directory(run, journal, directory));
  std::error_code problem;
  std::filesystem::create_directories(directory, problem);
  if (problem) {
    return fail({.kind = ErrorKind::io,
                 .what = "cannot make the evidence directory",
                 .where = directory.string(),
                 .why = problem.message()});
  }
  Verdict verdict = judge(run);
  verdict.history = std::move(history);
  TRY(verdict.files, take_records(journal, directory));
  for (Report const& report : reports()) {
    std::string const content = report.render(run, verdict);
    if (content.empty()) {
      std::filesystem::remove(directory / report.file, problem);  // what an earlier report left there
      continue;
    }
    TRY_VOID(write_file_atomically(directory / report.file, content));
    verdict.files[report.file] = sha256_hex(content);
  }
  TRY_VOID(write_manifest(directory));
  return verdict;
}

}  // namespace pgdrill::reports
