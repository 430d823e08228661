// A report is a pure function of a run and its verdict that gives one file. Each is one .cpp that registers
// itself:
//
//   static RegisterReport const registered("junit.xml", &render_junit, "a case per step");
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/error.hpp"
#include "reports/verdict.hpp"

namespace pgdrill::reports {

using RenderReport = std::string (*)(Run const&, Verdict const&);

/// A later stage sees the hashes of the files of the stages before it (Verdict::files).
enum class Stage { data, page, statement };

struct RegisterReport {
  RegisterReport(std::string_view file, RenderReport render, std::string_view summary,
                 Stage stage = Stage::data);
};

struct Report {
  std::string file;
  RenderReport render = nullptr;
  std::string summary = {};  ///< what it is for, in one sentence
  Stage stage = Stage::data;
};
/// All reports, by stage and file name. One that renders to nothing is not written.
[[nodiscard]] std::vector<Report> const& reports();

/// Reads a journal and writes every report into the directory (made when missing), each atomically; the
/// journal itself, and the ledger's log (writes.jsonl) beside it, are copied there when they lie elsewhere;
/// what an earlier run left under these names goes. MANIFEST.sha256 then names all files of the directory
/// (`sha256sum -c MANIFEST.sha256`). Returns the verdict. Errors: of read_run, io.
[[nodiscard]] Result<Verdict> write_reports(std::filesystem::path const& journal,
                                            std::filesystem::path const& directory,
                                            std::optional<HistoryFigures> history = std::nullopt);

}  // namespace pgdrill::reports
