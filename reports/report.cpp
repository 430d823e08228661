#include "reports/report.hpp"

#include <algorithm>
#include <tuple>

#include "harness/base/files.hpp"

namespace pgdrill::reports {

namespace {

std::vector<Report>& registered_reports() {
  static std::vector<Report> reports;
  return reports;
}

Result<> copy_journal(std::filesystem::path const& journal, std::filesystem::path const& directory) {
  std::filesystem::path const copy = directory / "journal.jsonl";
  std::error_code problem;
  if (std::filesystem::equivalent(journal, copy, problem)) return {};
  std::filesystem::copy_file(journal, copy, std::filesystem::copy_options::overwrite_existing, problem);
  if (problem) {
    return fail({.kind = ErrorKind::io,
                 .what = "cannot copy the journal",
                 .where = copy.string(),
                 .why = problem.message()});
  }
  return {};
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

Result<Verdict> write_reports(std::filesystem::path const& journal, std::filesystem::path const& directory,
                              std::optional<HistoryFigures> history) {
  TRY(Run const run, read_run(journal));
  std::error_code problem;
  std::filesystem::create_directories(directory, problem);
  if (problem) {
    return fail({.kind = ErrorKind::io,
                 .what = "cannot make the evidence directory",
                 .where = directory.string(),
                 .why = problem.message()});
  }
  TRY_VOID(copy_journal(journal, directory));
  Verdict verdict = judge(run);
  verdict.history = std::move(history);
  TRY(std::string const copy, read_file(directory / "journal.jsonl"));
  verdict.files["journal.jsonl"] = sha256_hex(copy);
  for (Report const& report : reports()) {
    std::string const content = report.render(run, verdict);
    if (content.empty()) continue;
    TRY_VOID(write_file_atomically(directory / report.file, content));
    verdict.files[report.file] = sha256_hex(content);
  }
  TRY_VOID(write_manifest(directory));
  return verdict;
}

}  // namespace pgdrill::reports
