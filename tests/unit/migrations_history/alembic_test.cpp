#include "tests/unit/migrations_history/histories.hpp"

namespace pgdrill::migrations {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string revision(std::string const& id, std::string const& down) {
  return "\"\"\"a revision\n\nRevision ID: " + id +
         "\n\"\"\"\nfrom alembic import op\n\n# revision identifiers\nrevision: str = '" + id +
         "'\ndown_revision: Union[str, None] = " + down +
         "\nbranch_labels = None\ndepends_on = None\n\ndef upgrade():\n    pass\n";
}

std::vector<SourceFile> const files = sources({{"versions/a_one.py", revision("aaa1", "None")},
                                               {"versions/b_two.py", revision("bbb2", "'aaa1'")},
                                               {"versions/c_three.py", revision("ccc3", "'bbb2'")},
                                               {"env.py", "revision_argument = None\n"}});

constexpr char const* table =
    "CREATE TABLE alembic_version (version_num varchar(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY "
    "KEY (version_num));";

TEST(Alembic, TheHeadStandsForItsAncestors) {
  auto found = history_after("alembic", std::string(table) + "INSERT INTO alembic_version VALUES ('bbb2')");
  auto const comparison = compare_with(found, files);
  EXPECT_THAT(versions(found.history), ElementsAre("aaa1", "bbb2"));
  EXPECT_THAT(pending_versions(comparison), ElementsAre("ccc3"));
  EXPECT_THAT(comparison.findings, IsEmpty());
}

TEST(Alembic, AMergeHasTwoParents) {
  auto found = history_after("alembic", std::string(table) + "INSERT INTO alembic_version VALUES ('m')");
  auto const comparison =
      compare_with(found, sources({{"1.py", revision("x", "None")},
                                   {"2.py", revision("y", "None")},
                                   {"m.py", revision("m", "(\n    'x',  # left\n    'y',\n)")}}));
  EXPECT_THAT(comparison.pending, IsEmpty());
  EXPECT_EQ(found.history.runs.size(), 3U);
}

TEST(Alembic, AHeadWithoutAFileIsMissing) {
  auto found = history_after("alembic", std::string(table) + "INSERT INTO alembic_version VALUES ('gone')");
  auto const comparison = compare_with(found, files);
  EXPECT_THAT(said(comparison.findings), ElementsAre("problem missing-file migration gone"));
}

}  // namespace
}  // namespace pgdrill::migrations
