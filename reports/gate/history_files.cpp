// Where a history lies: JSON lines, a directory of journals, or SQLite.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <tuple>

#include "reports/gate/history.hpp"

namespace pgdrill::reports {

namespace {

/// By what is in it (https://sqlite.org/fileformat.html#the_database_header), else by its name.
bool is_sqlite(std::filesystem::path const& path) {
  std::string head(15, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  if (head == "SQLite format 3") return true;
  std::string const extension = path.extension();
  return extension == ".sqlite" || extension == ".sqlite3" || extension == ".db";
}

Result<History> read_journals(std::filesystem::path const& directory) {
  TRY(std::vector<std::filesystem::path> const journals, journals_at(directory));
  History history;
  for (std::filesystem::path const& journal : journals) {
    Result<RunSummary> const summary = summarize_journal(journal);
    if (!summary) {
      ++history.unreadable;
      continue;
    }
    TRY(HistoryRun run, history_run({*summary}));
    history.runs.push_back(std::move(run));
  }
  return history;
}

tl::unexpected<Error> io_error(std::filesystem::path const& path) {
  return fail({.kind = ErrorKind::io,
               .what = "cannot write the history",
               .where = path.string(),
               .why = std::strerror(errno)});
}

/// Whether what a writer that was cut off, or an editor, left behind would take the next line into itself.
bool ends_in_mid_line(int file, off_t size) {
  char last = '\n';
  return size > 0 && ::pread(file, &last, 1, size - 1) == 1 && last != '\n';
}

/// All of it or nothing: a disk that is full leaves no half of a line.
bool write_line(int file, json::object const& entry) {
  struct stat before{};
  if (::flock(file, LOCK_EX) != 0 || ::fstat(file, &before) != 0) return false;
  std::string const line =
      (ends_in_mid_line(file, before.st_size) ? "\n" : "") + json::serialize(entry) + "\n";
  errno = ENOSPC;  // what a short write means
  if (::write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size())) return ::fsync(file) == 0;
  int const problem = errno;
  static_cast<void>(::ftruncate(file, before.st_size));
  errno = problem;
  return false;
}

/// One write of a whole line under a lock: two jobs at once cannot mix theirs.
Result<> append_line(std::filesystem::path const& path, json::object const& entry) {
  int const file = ::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) return io_error(path);
  Result<> const result = write_line(file, entry) ? Result<>() : Result<>(io_error(path));
  ::close(file);
  return result;
}

Result<> append(std::filesystem::path const& path, json::object const& entry) {
  if (std::filesystem::is_directory(path)) {
    return fail({.kind = ErrorKind::usage,
                 .what = "cannot append to a history of journals",
                 .where = path.string(),
                 .why = "it is a directory",
                 .todo = "name a .jsonl or .sqlite file"});
  }
  return is_sqlite(path) ? append_sqlite(path, entry) : append_line(path, entry);
}

}  // namespace

Result<RunSummary> summarize_at(std::filesystem::path const& path) {
  TRY(std::vector<std::filesystem::path> const journals, journals_at(path));
  std::vector<RunSummary> repeats;
  for (std::filesystem::path const& journal : journals) {
    TRY(RunSummary summary, summarize_journal(journal));
    repeats.push_back(std::move(summary));
  }
  TRY(HistoryRun const run, history_run(repeats));
  auto const gravest = std::find_if(repeats.begin(), repeats.end(), [&](RunSummary const& repeat) {
    return repeat.decision == run.decision;
  });
  RunSummary summary = *gravest;
  if (repeats.size() > 1) summary.run = fmt::format("{} of {}", gravest->run, repeats.size());
  for (auto const& entry : run.values) summary.values[entry.first] = *run.value(entry.first);
  return summary;
}

Result<History> read_history(std::filesystem::path const& path) {
  if (std::filesystem::is_directory(path)) {
    TRY(History history, read_journals(path));
    settle(history);
    return history;
  }
  if (!std::filesystem::exists(path)) return History();
  if (!is_sqlite(path)) {
    std::ifstream lines(path, std::ios::binary);
    return history_of_lines(lines);
  }
  TRY(History history, read_sqlite(path));
  settle(history);
  return history;
}

History history_of_lines(std::istream& lines) {
  History history;
  std::string line;
  while (std::getline(lines, line)) {
    if (line.empty()) continue;
    Result<json::value> const entry = parse_json(line);
    if (entry && entry->is_object()) {
      add_entry(history, entry->get_object());
    } else {
      ++history.unreadable;
    }
  }
  settle(history);
  return history;
}

Result<> append_run(std::filesystem::path const& path, HistoryRun const& run) {
  return append(path, to_json(run));
}

Result<> append_acceptance(std::filesystem::path const& path, Acceptance const& acceptance) {
  return append(path, to_json(acceptance));
}

}  // namespace pgdrill::reports
