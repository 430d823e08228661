#include "harness/migrations/history/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace pgdrill::migrations {

namespace {

using Kind = MigrationFile::Kind;

std::string label(std::string const& version, std::string const& name) {
  return name.empty() || name == version ? version : fmt::format("{} ({})", version, name);
}

/// The run that made a version what it is now, or null.
Run const* run_of(Tool const& tool, History const& history, std::string const& version) {
  auto const found = std::ranges::find_if(history.runs.rbegin(), history.runs.rend(), [&](Run const& run) {
    return same_version(tool.order, run.version, version);
  });
  return found == history.runs.rend() ? nullptr : &*found;
}

bool is_applied(Run const* run) {
  return run != nullptr && (run->state == RunState::applied || run->state == RunState::skipped);
}

Finding changed(Run const& run, MigrationFile const& file) {
  return {.severity = Severity::problem,
          .kind = "changed-checksum",
          .object = "migration " + label(run.version, run.name),
          .message = fmt::format("{} is not the file that was run: its checksum is {}, the history has {}",
                                 file.path, file.checksum, run.checksum),
          .finish = {{}, "write what has changed as a new migration"},
          .undo = {{}, "restore the file from Git: git log --follow -- " + file.path}};
}

Finding missing(Tool const& tool, Run const& run) {
  return {.severity = Severity::problem,
          .kind = "missing-file",
          .object = "migration " + label(run.version, run.name),
          .message = fmt::format("{} has run it{}{}, but there is no file of it", tool.title,
                                 run.at.empty() ? "" : " at ", run.at),
          .undo = {{}, "restore the file; the database may be of a later revision than the files"}};
}

Finding repeated(MigrationFile const& first, MigrationFile const& second) {
  return {.severity = Severity::problem,
          .kind = "duplicate-version",
          .object = "migration " + second.version,
          .message = fmt::format("{} and {} have the same version", first.path, second.path),
          .finish = {{}, "give one of them a version of its own"}};
}

Finding gap(Tool const& tool, MigrationFile const& file, std::string const& highest) {
  return {
      .severity = tool.out_of_order_is_usual ? Severity::note : Severity::warning,
      .kind = "gap",
      .object = "migration " + label(file.version, file.name),
      .message =
          tool.out_of_order_is_usual
              ? fmt::format("{} is pending although {} has run; {} will run it out of order", file.path,
                            highest, tool.title)
              : fmt::format(
                    "{} is pending although {} has run; {} refuses or passes over it unless it is told to "
                    "run out of order",
                    file.path, highest, tool.title)};
}

std::string_view scope_of(std::string_view version) { return version.substr(0, version.find('.')); }

void find_missing(Tool const& tool, History const& history, std::vector<MigrationFile> const& files,
                  Comparison& into) {
  std::set<std::string, std::less<>> scopes;
  std::set<std::string, std::less<>> replaced;
  for (MigrationFile const& file : files) {
    scopes.emplace(scope_of(file.version));
    if (tool.scoped) replaced.insert(file.parents.begin(), file.parents.end());
  }
  std::set<std::string, std::less<>> without;
  // Files from before the last baseline may be gone.
  auto const baseline = std::ranges::find_if(history.runs.rbegin(), history.runs.rend(), is_baseline);
  for (Run const& run : std::ranges::subrange(baseline.base(), history.runs.end())) {
    if (run.implied || run_of(tool, history, run.version) != &run || !is_applied(&run)) continue;
    bool const there = std::ranges::any_of(files, [&](MigrationFile const& file) {
      return same_version(tool.order, file.version, run.version);
    });
    if (there || replaced.contains(run.version)) continue;
    if (tool.scoped && !scopes.contains(scope_of(run.version))) {
      without.emplace(scope_of(run.version));
    } else {
      into.findings.push_back(missing(tool, run));
    }
  }
  if (without.empty()) return;
  std::string names;
  for (std::string const& scope : without) names += (names.empty() ? "" : ", ") + scope;
  into.findings.push_back({.severity = Severity::note,
                           .kind = "no-files",
                           .object = "table " + history.table,
                           .message = "no files were named for: " + names});
}

/// Files of one kind and version, which lie side by side when they have an order.
void find_repeated(Tool const& tool, std::vector<MigrationFile> const& files, Comparison& into) {
  std::map<std::string, MigrationFile const*> seen;
  MigrationFile const* before = nullptr;
  for (MigrationFile const& file : files) {
    auto const [first, fresh] = seen.emplace(file.version, &file);
    bool const equal = before != nullptr && before->kind == file.kind &&
                       same_version(tool.order, before->version, file.version);
    if (!fresh || equal) into.findings.push_back(repeated(fresh ? *before : *first->second, file));
    before = &file;
  }
}

/// Repeatable ones run last; what has no order keeps that of the plan or of the paths.
void sort_files(Tool const& tool, std::vector<MigrationFile>& files) {
  auto const by_version = [&](MigrationFile const& a, MigrationFile const& b) {
    if (same_version(tool.order, a.version, b.version)) return a.path < b.path;
    return comes_before(tool.order, a.version, b.version);
  };
  std::vector<MigrationFile> last;
  for (MigrationFile& file : files) {
    if (file.kind == Kind::repeatable) last.push_back(std::move(file));
  }
  std::erase_if(files, [](MigrationFile const& file) { return file.kind == Kind::repeatable; });
  if (tool.order != Order::graph) std::ranges::sort(files, by_version);
  std::ranges::move(last, std::back_inserter(files));
}

std::string highest_applied(Tool const& tool, History const& history) {
  std::string highest;
  for (Run const& run : history.runs) {
    if (!is_applied(run_of(tool, history, run.version)) || run.version.starts_with("R: ")) continue;
    if (highest.empty() || comes_before(tool.order, highest, run.version)) highest = run.version;
  }
  return highest;
}

}  // namespace

Comparison compare(Tool const& tool, History& history, std::vector<MigrationFile> files) {
  Comparison result;
  if (tool.complete != nullptr) tool.complete(history, files);
  sort_files(tool, files);
  find_repeated(tool, files, result);
  std::string const highest = highest_applied(tool, history);
  for (MigrationFile const& file : files) {
    Run const* const run = run_of(tool, history, file.version);
    bool const differs =
        is_applied(run) && !run->checksum.empty() && !file.checksum.empty() && run->checksum != file.checksum;
    if (!is_applied(run) || (differs && file.kind == Kind::repeatable)) {
      result.pending.push_back(file);
      if (file.kind == Kind::versioned && !highest.empty() && comes_before(tool.order, file.version, highest))
        result.findings.push_back(gap(tool, file, highest));
    } else if (differs) {
      result.findings.push_back(changed(*run, file));
    }
  }
  find_missing(tool, history, files, result);
  return result;
}

std::vector<Finding> check_order(Tool const& tool, History const& history) {
  std::vector<Finding> findings;
  Run const* highest = nullptr;
  for (Run const& run : history.runs) {
    if (run.implied || run.state != RunState::applied || run.version.starts_with("R: ")) continue;
    if (highest != nullptr && comes_before(tool.order, run.version, highest->version)) {
      findings.push_back({.severity = Severity::note,
                          .kind = "out-of-order",
                          .object = "migration " + label(run.version, run.name),
                          .message = fmt::format("ran after {}", label(highest->version, highest->name))});
    } else {
      highest = &run;
    }
  }
  return findings;
}

}  // namespace pgdrill::migrations
