#include "harness/sandbox/cnpg/wal_archive.hpp"

#include <fstream>

#include "harness/base/files.hpp"
#include "harness/sandbox/cnpg/object_store.hpp"

namespace pgdrill::sandbox::cnpg {
namespace {

namespace fs = std::filesystem;

Result<> archive(ManagerContext const& context, InstanceConfig const& config, std::string const& path) {
  fs::path const marker = context.data / empty_archive_marker;
  if (fs::exists(marker)) {
    TRY_VOID(check_empty_archive(context, config));
  }
  TRY(ServerFolder const folder, ServerFolder::at(context.object_store, *config.archive));
  // PostgreSQL gives the path relative to PGDATA, its working directory.
  fs::path const file = context.data / path;
  TRY_VOID(copy_whole(file, folder.wal(file.filename().string())));
  std::error_code ignored;
  fs::remove(marker, ignored);
  return {};
}

void report(ManagerContext const& context, Result<> const& result) {
  json::object status{{"ok", result.has_value()},
                      {"message", result ? "Continuous archiving is working" : error_text(result.error())},
                      {"time", format_rfc3339(wall_now())}};
  // Only the condition depends on it: a failure to write it must not stop the archiving.
  auto const written = write_file_atomically(context.control("archiving.json"), json::serialize(status));
  if (!written) log_error("Error while updating the archiving status", error_text(written.error()));
}

}  // namespace

Result<> check_empty_archive(ManagerContext const& context, InstanceConfig const& config) {
  if (!config.archive || config.skip_empty_archive_check) return {};
  TRY(ServerFolder const folder, ServerFolder::at(context.object_store, *config.archive));
  if (folder.wal_archive_is_empty()) return {};
  return fail({.kind = ErrorKind::refused,
               .what = fmt::format("WAL archive check failed for server {}", config.archive->server_name),
               .why = "Expected empty archive"});
}

int wal_archive(ManagerContext const& context, std::string const& path) {
  auto const config = context.config();
  if (!config) {
    log_error("failed to run wal-archive command", error_text(config.error()));
    return 1;
  }
  if (!config->archive || config->skip_archiving) {
    report(context, {});
    return 0;
  }
  auto const archived = archive(context, *config, path);
  report(context, archived);
  std::string const name = fs::path(path).filename().string();
  if (!archived) {
    log_line("error", "wal-archive", "failed to run wal-archive command",
             {{"walName", path}, {"error", error_text(archived.error())}});
    return 1;
  }
  log_line("info", "wal-archive", "Archived WAL file", {{"walName", path}, {"file", name}});
  return 0;
}

int wal_restore(ManagerContext const& context, std::string const& name, std::string const& path,
                bool from_source) {
  auto const config = context.config();
  if (!config) {
    log_error("failed to run wal-restore command", error_text(config.error()));
    return 1;
  }
  auto const& location = from_source ? config->source : config->archive;
  if (!location) return 1;
  auto const folder = ServerFolder::at(context.object_store, *location);
  if (!folder) return 1;
  fs::path const file = folder->wal(name);
  std::error_code problem;
  if (!fs::exists(file, problem)) {
    log_line("info", "wal-restore", "WAL file not found in the recovery object store",
             {{"walName", name}, {"serverName", location->server_name}});
    return 1;
  }
  if (auto const copied = copy_whole(file, context.data / path); !copied) {
    log_error("failed to run wal-restore command", error_text(copied.error()), {{"walName", name}});
    return 1;
  }
  log_line("info", "wal-restore", "Restored WAL file", {{"walName", name}});
  return 0;
}

}  // namespace pgdrill::sandbox::cnpg
