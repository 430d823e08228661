#include "harness/migrations/audit/audit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <pqxx/pqxx>

#include "harness/migrations/audit/drift.hpp"
#include "harness/migrations/audit/replay.hpp"

namespace pgdrill::migrations {

namespace {

struct Sources {
  std::string history;
  std::vector<SourceFile> files;
};

Result<std::vector<Sources>> read_folders(std::vector<MigrationFolder> const& folders) {
  std::vector<Sources> all;
  for (MigrationFolder const& folder : folders) {
    if (folder.files) {
      all.push_back({folder.history, *folder.files});
      continue;
    }
    TRY(auto files, read_sources(folder.path));
    all.push_back({folder.history, std::move(files)});
  }
  return all;
}

std::vector<SourceFile> sources_of(FoundHistory const& found, std::vector<Sources> const& all) {
  std::vector<SourceFile> files;
  for (Sources const& sources : all) {
    bool const meant = sources.history.empty() || sources.history == found.history.table ||
                       sources.history == found.tool->name;
    if (meant) files.insert(files.end(), sources.files.begin(), sources.files.end());
  }
  return files;
}

void append(std::vector<Finding>& into, std::vector<Finding> more) {
  std::ranges::move(more, std::back_inserter(into));
}

/// In the order in which they were found, within one severity.
void gravest_first(std::vector<Finding>& findings) {
  std::vector<Finding> sorted;
  for (Severity const severity : {Severity::problem, Severity::warning, Severity::note}) {
    std::ranges::copy_if(findings, std::back_inserter(sorted),
                         [&](Finding const& finding) { return finding.severity == severity; });
  }
  findings = std::move(sorted);
}

/// A folder was named and the tool sees no migration in it: probably another folder was meant.
Finding no_files(FoundHistory const& found) {
  return {.severity = Severity::warning,
          .kind = "no-files",
          .object = "table " + found.history.table,
          .message =
              fmt::format("no file in the folders that were named is a migration of {}", found.tool->title)};
}

AuditedHistory hold_against_files(FoundHistory found, std::vector<Sources> const& all,
                                  std::vector<Finding>& findings, std::vector<RunFiles>& run_files) {
  AuditedHistory result{.found = std::move(found)};
  std::vector<SourceFile> const sources = sources_of(result.found, all);
  result.compared = !sources.empty();
  if (result.compared) {
    std::vector<MigrationFile> files = result.found.tool->files(sources);
    result.files = files.size();
    if (files.empty()) {
      findings.push_back(no_files(result.found));
      result.compared = false;
    } else {
      Comparison comparison = compare(*result.found.tool, result.found.history, std::move(files));
      result.pending = std::move(comparison.pending);
      append(findings, std::move(comparison.findings));
      run_files.push_back(split_sources(*result.found.tool, sources, result.pending));
      if (!result.found.history.perhaps_back_from.empty()) {
        for (MigrationFile const& file : result.pending) run_files.back().perhaps_run.insert(file.path);
      }
    }
  }
  append(findings, check_order(*result.found.tool, result.found.history));
  return result;
}

/// The live tables without those of the tools.
std::vector<Table> without_histories(std::vector<Table> tables, Audit const& audit) {
  std::erase_if(tables, [&](Table const& table) {
    return table.schema == "pgdrill" || std::ranges::any_of(audit.histories, [&](AuditedHistory const& one) {
             return belongs_to(*one.found.tool, one.found.table, table);
           });
  });
  return tables;
}

/// SQL migrations of all histories are replayed together.
RunFiles files_in_sql(std::vector<RunFiles> const& run_files) {
  RunFiles sql;
  for (RunFiles const& files : run_files) {
    if (!written_in_sql(files)) continue;
    sql.applied.insert(sql.applied.end(), files.applied.begin(), files.applied.end());
    sql.pending.insert(sql.pending.end(), files.pending.begin(), files.pending.end());
    sql.perhaps_run.insert(files.perhaps_run.begin(), files.perhaps_run.end());
  }
  return sql;
}

/// Tables may be said to be nobody's only when every history was held against files in SQL.
void find_drift(Audit& into, std::vector<RunFiles> const& run_files, RunFiles const& sql,
                std::vector<Table> const& tables) {
  bool whole = run_files.size() == into.histories.size();
  for (RunFiles const& files : run_files) {
    if (written_in_sql(files)) continue;
    whole = false;
    append(into.findings, drift_by_words(files, tables));
  }
  if (!sql.applied.empty()) append(into.findings, drift_by_sql(sql, tables, whole));
}

/// What a file after the dirty version makes is there: it was a step back that did not end.
void tell_steps_back(Audit& into, RunFiles const& sql, std::vector<Table> const& tables) {
  std::set<std::string> const in_place = pending_in_place(sql, tables);
  for (AuditedHistory& one : into.histories) {
    History& history = one.found.history;
    bool const back = std::ranges::any_of(one.pending, [&](MigrationFile const& file) {
      bool const dirty = !history.runs.empty() && file.version == history.runs.back().version;
      return !dirty && in_place.contains(file.path);
    });
    if (history.perhaps_back_from.empty() || !back) continue;
    for (Finding& finding : history.findings) {
      if (finding.kind == "dirty-history")
        finding.message += fmt::format("; what later files make is still there: it was the down of {}",
                                       history.perhaps_back_from);
    }
  }
}

Result<> read_all(pqxx::transaction_base& transaction, std::vector<Sources> const& sources, Audit& into) {
  auto const now = transaction.exec(
      "SELECT date_trunc('second', now()), current_setting('server_version'), "
      "current_setting('server_version_num')");
  into.at = now[0][0].c_str();
  into.server = now[0][1].c_str();
  TRY(auto const tables, read_tables(transaction));
  TRY(Histories histories, find_histories(transaction, tables));
  into.findings = std::move(histories.findings);
  TRY(Backends backends, read_backends(transaction, histories.found));
  into.backends = std::move(backends.running);
  append(into.findings, std::move(backends.findings));
  std::vector<RunFiles> run_files;
  for (FoundHistory& found : histories.found)
    into.histories.push_back(hold_against_files(std::move(found), sources, into.findings, run_files));
  RunFiles const sql = files_in_sql(run_files);
  std::vector<Table> const own = without_histories(tables, into);
  find_drift(into, run_files, sql, own);
  tell_steps_back(into, sql, own);
  Scene scene{.server_version = now[0][2].as<int>(), .expected = expected_columns(sql.applied, sql.pending)};
  for (AuditedHistory const& history : into.histories) scene.histories.push_back(history.found);
  TRY(auto half_applied, detect_half_applied(transaction, scene));
  append(into.findings, std::move(half_applied));
  // What a tool says beyond dirty rows and locks, for which there are detectors.
  for (AuditedHistory const& history : into.histories) {
    for (Finding const& finding : history.found.history.findings) {
      if (find_detector(finding.kind) == nullptr) into.findings.push_back(finding);
    }
  }
  gravest_first(into.findings);
  return {};
}

}  // namespace

std::size_t Audit::count(Severity severity) const {
  return static_cast<std::size_t>(std::ranges::count(findings, severity, &Finding::severity));
}

std::size_t Audit::pending() const {
  std::size_t sum = 0;
  for (AuditedHistory const& history : histories) sum += history.pending.size();
  return sum;
}

Task<Result<Audit>> audit(postgres::ConnectionParameters database, AuditOptions options) {
  CO_TRY(auto const sources, read_folders(options.folders));
  Audit result{.database = database.text()};
  std::function<Result<>(pqxx::transaction_base&)> work = [&result,
                                                           &sources](pqxx::transaction_base& transaction) {
    return read_all(transaction, sources, result);
  };
  CO_TRY_VOID(co_await postgres::in_transaction(std::move(database), options.limit, false, std::move(work)));
  co_return result;
}

}  // namespace pgdrill::migrations
