// A directory for the files of one test.
#pragma once
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "harness/base/files.hpp"

namespace pgdrill::kube {

class Directory {
 public:
  Directory() : path_(make_temporary_directory("pgdrill-kube").value()) {}
  ~Directory() { std::filesystem::remove_all(path_); }
  Directory(Directory const&) = delete;
  Directory& operator=(Directory const&) = delete;

  [[nodiscard]] std::filesystem::path const& path() const { return path_; }
  /// Writes a file and gives its whole path.
  std::string write(std::string const& name, std::string const& content) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    EXPECT_TRUE(write_file_atomically(path_ / name, content));
    return (path_ / name).string();
  }

 private:
  std::filesystem::path path_;
};

}  // namespace pgdrill::kube
