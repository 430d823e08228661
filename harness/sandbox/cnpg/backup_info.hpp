// A base backup's description as barman-cloud writes it: base/<id>/backup.info.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "harness/base/json.hpp"
#include "harness/base/time.hpp"

namespace pgdrill::sandbox::cnpg {

/// An LSN ("0/5000028") as a number. Error kind: invalid.
[[nodiscard]] Result<std::uint64_t> parse_lsn(std::string_view text);
[[nodiscard]] std::string format_lsn(std::uint64_t lsn);

struct BackupInfo {
  std::string backup_id;     ///< "20261124T030201"; the folder's name, not a line of the file
  std::string backup_name;   ///< "backup-20261124030200"
  std::string backup_label;  ///< content of PostgreSQL's file of that name
  WallTime begin_time{};
  WallTime end_time{};
  std::string begin_wal;
  std::string end_wal;
  std::string begin_lsn;
  std::string end_lsn;
  std::string system_id;
  std::string server_version;  ///< server_version_num
  std::string pgdata;
  std::int64_t timeline = 0;
  std::uint64_t size = 0;
  std::string status = "DONE";  ///< DONE, STARTED or FAILED
  std::string error;

  /// barman's text form: "key=value" lines in alphabetical order, None for what is missing.
  [[nodiscard]] std::string to_text() const;
  /// Error kind invalid for a file that lacks status or, when DONE, a time or an LSN.
  [[nodiscard]] static Result<BackupInfo> parse(std::string_view text, std::string backup_id);
  /// As CNPG logs it with "Target backup found".
  [[nodiscard]] json::object to_log() const;
};

}  // namespace pgdrill::sandbox::cnpg
