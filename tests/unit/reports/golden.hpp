// Golden files: what a report looks like, kept so that every change of it is read by somebody.
#pragma once
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "harness/base/files.hpp"

namespace pgdrill::reports {

/// Compares with a file below tests/unit; PGDRILL_UPDATE_GOLDEN=1 writes it anew.
inline void expect_golden(std::string const& name, std::string const& text) {
  std::filesystem::path const file = std::filesystem::path(PGDRILL_SOURCE_DIR) / "tests/unit" / name;
  if (std::getenv("PGDRILL_UPDATE_GOLDEN") != nullptr) {
    std::filesystem::create_directories(file.parent_path());
    ASSERT_TRUE(write_file_atomically(file, text).has_value());
  }
  EXPECT_EQ(read_file(file).value_or("(missing)"), text) << "golden file " << file;
}

}  // namespace pgdrill::reports
