// What all parts of a sandbox share.
#pragma once
#include <filesystem>
#include <string>

namespace pgdrill::sandbox {

struct Environment {
  std::filesystem::path directory;  ///< --dir: all files of this sandbox are below it
  std::string network;              ///< "127.77": API server, pods and services have addresses below it
  std::string run_as;               ///< user that pods run as when we are root ("postgres"); empty: ourselves
  std::filesystem::path postgres_bin;  ///< /usr/lib/postgresql/15/bin
  std::filesystem::path self;  ///< this program: pods' "/controller/manager" is `self sandbox manager`

  /// Buckets of the object store: destinationPath "s3://backups/" is the folder store/backups, in which a
  /// server's files lie as barman-cloud lays them: <server>/base/<id>/{backup.info,data.tar},
  /// <server>/wals/<16 chars>/<segment>.
  [[nodiscard]] std::filesystem::path object_store() const { return directory / "store"; }
};

}  // namespace pgdrill::sandbox
