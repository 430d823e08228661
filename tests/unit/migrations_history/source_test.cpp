#include "harness/migrations/history/source.hpp"

#include <gmock/gmock.h>

#include <filesystem>

#include "harness/base/files.hpp"

namespace pgdrill::migrations {
namespace {

using testing::ElementsAre;

TEST(ReadSources, TextsInOrderWithoutHiddenFoldersAndPackages) {
  auto const root = make_temporary_directory("pgdrill-sources").value();
  for (std::string const path : {"b/2.sql", "b/1.sql", "a.sql", ".git/x.sql", "node_modules/y/z.sql"}) {
    std::filesystem::create_directories((root / path).parent_path());
    ASSERT_TRUE(write_file_atomically(root / path, "SELECT 1"));
  }
  ASSERT_TRUE(write_file_atomically(root / "compiled.pyc", std::string_view("\0\1", 2)));
  auto const files = read_sources(root);
  std::vector<std::string> names;
  for (SourceFile const& file : *files) names.push_back(file.path.substr(root.string().size() + 1));
  EXPECT_THAT(names, ElementsAre("a.sql", "b/1.sql", "b/2.sql"));
  EXPECT_EQ(files->at(1).file_name(), "1.sql");
  EXPECT_TRUE(files->at(1).folder().ends_with("/b"));
  auto const one = read_sources(root / "a.sql");
  ASSERT_TRUE(one);
  EXPECT_EQ(one->size(), 1U);
  std::filesystem::remove_all(root);
  EXPECT_EQ(read_sources(root).error().kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace pgdrill::migrations
