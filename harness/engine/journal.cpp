#include "harness/engine/journal.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>

namespace pgdrill::engine {

namespace {

Error journal_error(std::string what, std::filesystem::path const& file, int number) {
  return {.kind = ErrorKind::io,
          .what = std::move(what),
          .where = file.string(),
          .why = std::generic_category().message(number),
          .todo = number == ENOSPC ? "make room, or choose another place with --evidence DIR"
                                   : "choose another place with --evidence DIR"};
}

/// Writes all of it; errno's number, or 0.
int write_fully(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t const written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

/// errno's number, or 0.
int sync_descriptor(int descriptor) { return ::fsync(descriptor) == 0 ? 0 : errno; }

}  // namespace

Result<std::unique_ptr<Journal>> Journal::create(std::filesystem::path const& file, std::string run_id) {
  std::unique_ptr<Journal> journal(new Journal());
  journal->descriptor_ = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0644);
  if (journal->descriptor_ < 0) return fail(journal_error("cannot create the journal", file, errno));
  // Held as long as this process lives: a reader sees whether a run without an end goes on or broke off.
  ::flock(journal->descriptor_, LOCK_EX | LOCK_NB);
  journal->file_ = file;
  journal->run_id_ = std::move(run_id);
  journal->started_ = std::chrono::steady_clock::now();
  return journal;
}

Result<std::unique_ptr<Journal>> Journal::over(int descriptor, std::filesystem::path file,
                                               std::string run_id) {
  std::unique_ptr<Journal> journal(new Journal());
  journal->descriptor_ = descriptor;
  journal->file_ = std::move(file);
  journal->run_id_ = std::move(run_id);
  journal->started_ = std::chrono::steady_clock::now();
  return journal;
}

Journal::~Journal() {
  if (descriptor_ < 0) return;
  ::fsync(descriptor_);
  ::close(descriptor_);
}

std::int64_t Journal::elapsed_ns() const { return elapsed_ns(std::chrono::steady_clock::now()); }

std::int64_t Journal::elapsed_ns(Monotonic at) const {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(at - started_).count();
}

void Journal::write(std::string_view event, json::object fields) {
  if (problem_) return;  // a journal with a hole in the middle would lie
  json::object line{{"seq", sequence_ + 1},
                    {"t", elapsed_ns()},
                    {"wall", format_rfc3339(wall_now())},
                    {"run", run_id_},
                    {"event", event}};
  for (auto& field : fields) line[field.key()] = std::move(field.value());
  int const number = write_fully(descriptor_, json::serialize(line) + "\n");
  if (number != 0) {
    problem_ = journal_error("cannot write the journal", file_, number);
    if (on_problem_) on_problem_();
    return;
  }
  ++sequence_;
  for (auto const& listener : listeners_) listener(line);
}

/// `number`: 0, or errno of fsync. What cannot be synced at all (a pipe: EINVAL) is as good as it gets.
Result<> Journal::synced(int number) {
  if (!problem_ && number != 0 && number != EINVAL) {
    problem_ = journal_error("cannot sync the journal", file_, number);
    if (on_problem_) on_problem_();
  }
  if (problem_) return fail(*problem_);
  return {};
}

Result<> Journal::write_durably(std::string_view event, json::object fields) {
  write(event, std::move(fields));
  return synced(sync_descriptor(descriptor_));
}

Task<Result<>> Journal::sync() {
  std::function<int()> work = [descriptor = descriptor_] { return sync_descriptor(descriptor); };
  int const number = co_await blocking(std::move(work));
  co_return synced(number);
}

json::object to_json(Error const& error) {
  return {{"kind", name_of(error.kind)}, {"what", error.what}, {"where", error.where}, {"why", error.why},
          {"todo", error.todo},          {"code", error.code}};
}

}  // namespace pgdrill::engine
