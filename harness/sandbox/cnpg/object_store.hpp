// The folder that stands for the object store, laid out as barman-cloud does:
//   <bucket>/<path>/<server>/base/<backup id>/{backup.info,data.tar}
//   <bucket>/<path>/<server>/wals/<first 16 characters>/<segment>
// Files appear whole: they are written under another name and renamed.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "harness/sandbox/cnpg/backup_info.hpp"
#include "harness/sandbox/cnpg/instance_config.hpp"

namespace pgdrill::sandbox::cnpg {

/// One server's files.
class ServerFolder {
 public:
  /// Error kinds: invalid for a destinationPath that is no "s3://bucket/path", refused for credentials other
  /// than those that first used the bucket.
  [[nodiscard]] static Result<ServerFolder> at(std::filesystem::path const& object_store,
                                               ArchiveLocation const& location);

  [[nodiscard]] std::filesystem::path base() const { return root_ / "base"; }
  [[nodiscard]] std::filesystem::path wals() const { return root_ / "wals"; }
  [[nodiscard]] std::filesystem::path backup(std::string const& id) const { return base() / id; }
  /// Place of a segment, a .history or a .backup file. History files lie in wals/ itself.
  [[nodiscard]] std::filesystem::path wal(std::string const& name) const;

  /// All backups with a readable backup.info, oldest first.
  [[nodiscard]] std::vector<BackupInfo> backups() const;
  /// True when no WAL file is there: what CNPG asks of a new archive.
  [[nodiscard]] bool wal_archive_is_empty() const;

 private:
  std::filesystem::path root_;
};

/// The backup that CNPG restores for a target (barman-cloud's catalog: the backup named by backupID; else for
/// a time the newest that ended at or before it; for an LSN the newest that ended before it; else the newest.
/// Only a numeric targetTLI restricts the timeline). Error kind not_found: "no target backup found".
[[nodiscard]] Result<BackupInfo> choose_backup(std::vector<BackupInfo> const& backups,
                                               RecoveryTarget const& target);

/// Copies a file so that it appears whole under its name. `where` of an error is the path.
[[nodiscard]] Result<> copy_whole(std::filesystem::path const& from, std::filesystem::path const& to);

}  // namespace pgdrill::sandbox::cnpg
