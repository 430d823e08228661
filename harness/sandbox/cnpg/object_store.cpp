#include "harness/sandbox/cnpg/object_store.hpp"

#include <algorithm>
#include <charconv>

#include "harness/base/files.hpp"
#include "harness/base/text.hpp"

namespace pgdrill::sandbox::cnpg {
namespace {

namespace fs = std::filesystem;

std::optional<std::int64_t> timeline_of(RecoveryTarget const& target) {
  std::int64_t number = 0;
  char const* const end = target.timeline.data() + target.timeline.size();
  auto const parsed = std::from_chars(target.timeline.data(), end, number);
  if (target.timeline.empty() || parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return number;
}

// The operator reads a time without a zone as UTC (guide, "Timestamp format traps"), whatever PostgreSQL does
// later.
Result<WallTime> target_time(std::string const& text) {
  if (auto time = parse_time(text)) return time;
  return parse_time(text + "+00:00");
}

Error io_error(std::string what, fs::path const& where, std::error_code const& problem) {
  return {.kind = ErrorKind::io, .what = std::move(what), .where = where.string(), .why = problem.message()};
}

// A bucket belongs to the credentials that used it first: as with a real store, others are refused.
Result<> check_credentials(fs::path const& bucket, std::string const& credentials) {
  if (credentials.empty()) return {};
  fs::path const owner = bucket / ".owner";
  auto const first = read_file(owner);
  if (!first) {
    std::error_code problem;
    fs::create_directories(bucket, problem);
    return write_file_atomically(owner, credentials);
  }
  if (*first == credentials) return {};
  return fail({.kind = ErrorKind::refused,
               .what = "the object store refused the credentials",
               .where = "s3://" + bucket.filename().string(),
               .why = "An error occurred (SignatureDoesNotMatch) when calling the HeadBucket operation",
               .todo = "put the right key into the Secret that s3Credentials names"});
}

template <class Condition>
Result<BackupInfo> newest(std::vector<BackupInfo> const& backups, Condition condition) {
  auto const found = std::find_if(backups.rbegin(), backups.rend(), condition);
  if (found == backups.rend()) return fail({.kind = ErrorKind::not_found, .what = "no target backup found"});
  return *found;
}

}  // namespace

Result<ServerFolder> ServerFolder::at(fs::path const& object_store, ArchiveLocation const& location) {
  constexpr std::string_view scheme = "s3://";
  std::string_view path = location.destination_path;
  bool const usable = path.starts_with(scheme) && path.find("..") == std::string_view::npos &&
                      location.server_name.find('/') == std::string::npos && !location.server_name.empty();
  if (!usable) {
    return fail({.kind = ErrorKind::invalid,
                 .what = fmt::format("destinationPath \"{}\" with serverName \"{}\" cannot be used",
                                     location.destination_path, location.server_name),
                 .todo = "the sandbox's object store is s3://BUCKET/ or s3://BUCKET/PATH/"});
  }
  fs::path const within(path.substr(scheme.size()));
  TRY_VOID(check_credentials(object_store / *within.begin(), location.credentials));
  ServerFolder folder;
  folder.root_ = object_store / fs::path(path.substr(scheme.size())).relative_path() / location.server_name;
  return folder;
}

fs::path ServerFolder::wal(std::string const& name) const {
  if (name.ends_with(".history")) return wals() / name;
  return wals() / name.substr(0, 16) / name;
}

std::vector<BackupInfo> ServerFolder::backups() const {
  std::vector<BackupInfo> found;
  std::error_code problem;
  for (auto const& entry : fs::directory_iterator(base(), problem)) {
    auto const text = read_file(entry.path() / "backup.info");
    if (!text) continue;
    auto info = BackupInfo::parse(*text, entry.path().filename().string());
    if (info) found.push_back(std::move(*info));
  }
  std::sort(found.begin(), found.end(), [](auto const& a, auto const& b) { return a.end_time < b.end_time; });
  return found;
}

bool ServerFolder::wal_archive_is_empty() const {
  std::error_code problem;
  fs::recursive_directory_iterator const end;
  for (fs::recursive_directory_iterator entry(wals(), problem); !problem && entry != end;
       entry.increment(problem)) {
    if (entry->is_regular_file(problem)) return false;
  }
  return true;
}

Result<BackupInfo> choose_backup(std::vector<BackupInfo> const& backups, RecoveryTarget const& target) {
  auto const usable = [timeline = timeline_of(target)](BackupInfo const& backup) {
    return backup.status == "DONE" && (!timeline || backup.timeline == *timeline);
  };
  if (!target.backup_id.empty()) {
    auto const found = std::find_if(backups.begin(), backups.end(),
                                    [&](auto const& backup) { return backup.backup_id == target.backup_id; });
    if (found != backups.end()) return *found;
    return fail({.kind = ErrorKind::not_found, .what = "no backup found with ID " + target.backup_id});
  }
  if (!target.time.empty()) {
    TRY(WallTime const time, target_time(target.time));
    return newest(backups, [&](auto const& backup) { return usable(backup) && backup.end_time <= time; });
  }
  if (!target.lsn.empty()) {
    TRY(std::uint64_t const lsn, parse_lsn(target.lsn));
    return newest(backups, [&](auto const& backup) {
      auto const end = parse_lsn(backup.end_lsn);
      return usable(backup) && end && *end < lsn;
    });
  }
  return newest(backups, usable);
}

Result<> copy_whole(fs::path const& from, fs::path const& to) {
  std::error_code problem;
  fs::create_directories(to.parent_path(), problem);
  if (problem) return tl::make_unexpected(io_error("cannot make the folder", to.parent_path(), problem));
  fs::path const partial = to.string() + ".part-" + random_suffix(8);
  fs::copy_file(from, partial, fs::copy_options::overwrite_existing, problem);
  if (!problem) fs::rename(partial, to, problem);
  if (problem) {
    std::error_code ignored;
    fs::remove(partial, ignored);
    return tl::make_unexpected(io_error("cannot copy " + from.filename().string(), to, problem));
  }
  return {};
}

}  // namespace pgdrill::sandbox::cnpg
