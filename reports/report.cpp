#include "reports/report.hpp"

#include <algorithm>

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

}  // namespace

RegisterReport::RegisterReport(std::string_view file, RenderReport render, std::string_view summary) {
  registered_reports().push_back({std::string(file), render, std::string(summary)});
}

std::vector<Report> const& reports() {
  static std::vector<Report> const sorted = [] {
    std::vector<Report> all = registered_reports();
    std::sort(all.begin(), all.end(), [](Report const& a, Report const& b) { return a.file < b.file; });
    return all;
  }();
  return sorted;
}

Result<Verdict> write_reports(std::filesystem::path const& journal, std::filesystem::path const& directory) {
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
  for (Report const& report : reports()) {
    TRY_VOID(write_file_atomically(directory / report.file, report.render(run, verdict)));
  }
  return verdict;
}

}  // namespace pgdrill::reports
