// A temporary directory that no killed process leaves for long: it is locked while its process lives, and
// whoever makes the next one removes those that nobody holds any more.
#pragma once
#include <filesystem>
#include <memory>
#include <string_view>

#include "harness/base/error.hpp"

namespace pgdrill {

class ScratchDirectory {
 public:
  /// A fresh one below the system's temporary directory, e.g. "/tmp/pgdrill-clone-x7Yq2a"; abandoned ones of
  /// the same prefix are removed first.
  [[nodiscard]] static Result<std::unique_ptr<ScratchDirectory>> make(std::string_view prefix);
  ~ScratchDirectory();  ///< removes it
  ScratchDirectory(ScratchDirectory const&) = delete;
  ScratchDirectory& operator=(ScratchDirectory const&) = delete;
  [[nodiscard]] std::filesystem::path const& path() const { return path_; }

  /// Removes those of a prefix that belong to our user and whose process is gone; gives how many. The lock is
  /// flock(2)'s, which the kernel lifts with the process, however it ends; where a file system has none,
  /// nothing is taken for abandoned.
  static std::size_t remove_abandoned(std::string_view prefix);

 private:
  ScratchDirectory(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}
  std::filesystem::path path_;
  int lock_;
};

}  // namespace pgdrill
