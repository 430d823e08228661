#include "harness/flux/git_revision.hpp"

#include <gtest/gtest.h>

namespace pgdrill::flux {
namespace {

void expect_parts(std::string_view text, std::string const& repository, std::string const& revision,
                  std::string const& path) {
  auto const parsed = parse_revision_path(text);
  ASSERT_TRUE(parsed) << text;
  EXPECT_EQ(parsed->repository, repository) << text;
  EXPECT_EQ(parsed->revision, revision) << text;
  EXPECT_EQ(parsed->path, path) << text;
}

TEST(RevisionPath, HasThreeParts) {
  expect_parts("app@main:db/migrations/", "app", "main", "db/migrations");
  expect_parts("@v1.2:db", "", "v1.2", "db");
  expect_parts("app@main:", "app", "main", "");
  expect_parts("app@main@{yesterday}:db", "app", "main@{yesterday}", "db");
  expect_parts("app@main~2:packages/@scope/db", "app", "main~2", "packages/@scope/db");
  expect_parts("git@example.org:team/app.git@main:db", "git@example.org:team/app.git", "main", "db");
  expect_parts("https://user:word@example.org/app.git@main:db", "https://user:word@example.org/app.git",
               "main", "db");
}

TEST(RevisionPath, IsNotAPath) {
  for (std::string_view const text : {"db/migrations", "db@main", "db:main", "@:db", ""})
    EXPECT_FALSE(parse_revision_path(text)) << text;
}

TEST(RevisionPath, HidesCredentials) {
  EXPECT_EQ(parse_revision_path("https://user:word@example.org/app.git@main:db")->text(),
            "https://example.org/app.git@main:db");
}

}  // namespace
}  // namespace pgdrill::flux
