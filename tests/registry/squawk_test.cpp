// The list of squawk's rules is squawk's: it reports each of the statements by the name that stands there,
// and has no rule that the list lacks.
#include <algorithm>
#include <set>

#include "harness/base/files.hpp"
#include "tests/registry/registry.hpp"
#include "tests/support/other_reviewers.hpp"

namespace pgdrill::migrations {
namespace {

// prefer-repack is about PostgreSQL 19; unused-ignore is about squawk's own comments.
TEST(Registry, SquawkReportsWhatTheListSays) {
  auto const tool = install("squawk", "python3 -m venv env && env/bin/pip -q install squawk-cli==2.70.0");
  SKIP_WITHOUT(tool);
  test::TemporaryDirectory const files;
  std::string const squawk = (tool.folder / "env/bin/squawk").string();
  std::set<std::string> names;
  for (test::ReviewerCase const& one : test::reviewer_cases("squawk-2.70")) {
    names.insert(one.name);
    if (one.name == "unused-ignore") continue;
    std::string const path = (files.path() / "case.sql").string();
    ASSERT_TRUE(write_file_atomically(path, one.files.front()));
    auto const done =
        test::run({squawk, "--pg-version", "19", "--reporter", "gcc", "--include", one.name, path});
    EXPECT_THAT(done.out, testing::HasSubstr(one.name)) << one.files.front();
  }
  // The binary holds its rules' names one after the other.
  std::string const binary = read_file(squawk).value_or("");
  std::size_t const begin = binary.find("require-concurrent-index-creationrequire-concurrent-index-deletion");
  ASSERT_NE(begin, std::string::npos);
  std::string all =
      binary.substr(begin, binary.find_first_not_of("abcdefghijklmnopqrstuvwxyz-", begin) - begin);
  names.insert("require-timeout-settings");  // the former name of two of them
  std::vector<std::string> longest_first(names.begin(), names.end());
  std::ranges::sort(longest_first, std::ranges::greater{}, &std::string::size);
  for (std::string const& name : longest_first) {
    for (std::size_t at = all.find(name); at != std::string::npos; at = all.find(name))
      all.replace(at, name.size(), "|");
  }
  EXPECT_EQ(all.find_first_not_of('|'), std::string::npos) << all;
}

}  // namespace
}  // namespace pgdrill::migrations
