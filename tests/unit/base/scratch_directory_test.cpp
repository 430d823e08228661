#include "harness/base/scratch_directory.hpp"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "harness/base/files.hpp"

namespace pgdrill {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class Scratch : public testing::Test {
 protected:
  void SetUp() override {
    parent_ = make_temporary_directory("pgdrill-test").value();
    ::setenv("TMPDIR", parent_.c_str(), 1);
  }
  void TearDown() override {
    ::unsetenv("TMPDIR");
    std::filesystem::remove_all(parent_);
  }
  /// One that its process leaves, as when it is killed.
  static void leave_one(std::string_view prefix) {
    pid_t const child = ::fork();
    if (child == 0) {
      auto const directory = ScratchDirectory::make(prefix);
      if (directory) std::ofstream((*directory)->path() / "file") << "content";
      ::_exit(directory ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_EQ(status, 0);
  }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (auto const& entry : std::filesystem::directory_iterator(parent_))
      all.push_back(entry.path().filename());
    return all;
  }
  std::filesystem::path parent_;
};

TEST_F(Scratch, IsGoneWithItsObject) {
  auto directory = ScratchDirectory::make("clone").value();
  EXPECT_EQ(directory->path().parent_path(), parent_);
  EXPECT_TRUE(std::filesystem::is_empty(directory->path()));
  EXPECT_TRUE(directory->path().filename().string().starts_with("clone-"));
  std::ofstream(directory->path() / "file") << "content";
  directory.reset();
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(Scratch, WhatAKilledProcessLeftGoesWithTheNextOne) {
  leave_one("clone");
  ASSERT_THAT(names(), SizeIs(1));
  auto const next = ScratchDirectory::make("clone").value();
  EXPECT_THAT(names(), testing::ElementsAre(next->path().filename().string()));
}

TEST_F(Scratch, OnlyTheAbandonedOnesOfThatNameAreRemoved) {
  auto const alive = ScratchDirectory::make("clone").value();
  leave_one("other");
  std::ofstream(parent_ / "clone-file") << "not a directory";
  EXPECT_EQ(ScratchDirectory::remove_abandoned("clone"), 0U);
  EXPECT_TRUE(std::filesystem::exists(alive->path()));
  EXPECT_TRUE(std::filesystem::exists(parent_ / "clone-file"));
  EXPECT_EQ(ScratchDirectory::remove_abandoned("other"), 1U);
}

TEST_F(Scratch, WithoutATemporaryDirectoryIsAnError) {
  std::filesystem::remove_all(parent_);
  EXPECT_FALSE(ScratchDirectory::make("clone").has_value());
  EXPECT_EQ(ScratchDirectory::remove_abandoned("clone"), 0U);
}

}  // namespace
}  // namespace pgdrill
