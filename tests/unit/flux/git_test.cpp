// Against real, temporary bare repositories.
#include "harness/flux/git.hpp"

#include <gtest/gtest.h>

#include "harness/base/files.hpp"
#include "harness/flux/git_command.hpp"

namespace pgdrill::flux {
namespace {

using Tree = std::unique_ptr<WorkTree>;

class Git : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = make_temporary_directory("pgdrill-test").value();
    bare_ = directory_ / "app.git";
    git({"init", "--quiet", "--bare", "--initial-branch=main", bare_.string()});
    std::filesystem::path const seed = directory_ / "seed";
    git({"init", "--quiet", "--initial-branch=main", seed.string()});
    git({"commit", "--quiet", "--allow-empty", "--message", "first"}, seed);
    git({"push", "--quiet", bare_.string(), "main"}, seed);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  static std::string git(std::vector<std::string> arguments, std::filesystem::path const& where = {}) {
    GitCommand command{.arguments = std::move(arguments), .directory = where, .set_env = {}};
    Result<std::string> const output = run_to_end(run_git(std::move(command)));
    EXPECT_TRUE(output) << describe(output.error());
    return output.value_or("");
  }
  [[nodiscard]] Repository repository() const { return {.url = "file://" + bare_.string()}; }
  [[nodiscard]] Tree clone() const { return run_to_end(WorkTree::clone(repository())).value(); }
  static std::string commit(Tree& tree, std::string const& path, std::string const& content) {
    return run_to_end(tree->commit({{path, content}}, "change " + path)).value();
  }
  [[nodiscard]] std::string remote_head() const { return git({"rev-parse", "main"}, bare_); }

  std::filesystem::path directory_;
  std::filesystem::path bare_;
};

TEST_F(Git, PushesACommitAndItsRevert) {
  std::string const before = remote_head();
  Tree tree = clone();
  std::string const bad = commit(tree, "deploy/bad.sql", "UPDATE t SET x = 0;");
  Pushed const pushed = run_to_end(tree->push()).value();
  EXPECT_EQ(pushed.commit, bad);
  EXPECT_EQ(pushed.parent, before);
  EXPECT_FALSE(pushed.rebased);
  EXPECT_EQ(remote_head(), bad);

  Tree other = clone();
  EXPECT_FALSE(run_to_end(other->reverted(bad)).value());
  std::string const reverting = run_to_end(other->revert(bad)).value();
  EXPECT_EQ(run_to_end(other->push()).value().commit, reverting);
  EXPECT_EQ(remote_head(), reverting);
  EXPECT_EQ(git({"diff", before, reverting}, bare_), "");
  EXPECT_TRUE(run_to_end(other->reverted(bad)).value());
}

TEST_F(Git, RevertsACommitOlderThanTheShallowClone) {
  Tree tree = clone();
  std::string const old = commit(tree, "old", "old");
  for (int number = 0; number < 25; ++number) commit(tree, "file", std::to_string(number));
  ASSERT_TRUE(run_to_end(tree->push()));
  Tree shallow = clone();
  ASSERT_TRUE(std::filesystem::exists(shallow->directory() / ".git" / "shallow"));
  ASSERT_TRUE(run_to_end(shallow->revert(old)));
  EXPECT_FALSE(std::filesystem::exists(shallow->directory() / "old"));
}

TEST_F(Git, RebasesOnceWhenTheBranchHasMoved) {
  Tree ours = clone();
  Tree theirs = clone();
  commit(ours, "ours", "1");
  std::string const their_commit = commit(theirs, "theirs", "2");
  ASSERT_TRUE(run_to_end(theirs->push()));
  Pushed const pushed = run_to_end(ours->push()).value();
  EXPECT_TRUE(pushed.rebased);
  EXPECT_EQ(pushed.parent, their_commit);
  EXPECT_EQ(remote_head(), pushed.commit);
}

TEST_F(Git, SaysThatItsCommitDoesNotApplyOnTheMovedBranch) {
  Tree ours = clone();
  Tree theirs = clone();
  commit(ours, "same", "1");
  std::string const their_commit = commit(theirs, "same", "2");
  ASSERT_TRUE(run_to_end(theirs->push()));
  Result<Pushed> const pushed = run_to_end(ours->push());
  ASSERT_FALSE(pushed);
  EXPECT_EQ(pushed.error().kind, ErrorKind::conflict);
  EXPECT_EQ(remote_head(), their_commit);
}

TEST_F(Git, RevertThatDoesNotApplyLeavesTheTreeAsItWas) {
  Tree tree = clone();
  std::string const first = commit(tree, "same", "1");
  std::string const second = commit(tree, "same", "2");
  Result<std::string> const reverted = run_to_end(tree->revert(first));
  ASSERT_FALSE(reverted);
  EXPECT_EQ(reverted.error().kind, ErrorKind::conflict);
  EXPECT_EQ(run_to_end(tree->head()).value(), second);
  EXPECT_EQ(tree->read("same").value(), "2");
}

TEST_F(Git, FindsACommitByALineOfItsMessage) {
  Tree tree = clone();
  std::string const wanted =
      run_to_end(tree->commit({{"a", "1"}}, "change a\n\nPgdrill-Change: r1/2")).value();
  ASSERT_TRUE(run_to_end(tree->commit({{"a", "2"}}, "change a\n\nPgdrill-Change: r1/22")));
  EXPECT_EQ(run_to_end(tree->find_by_message_line("Pgdrill-Change: r1/2")).value(), wanted);
  EXPECT_EQ(run_to_end(tree->find_by_message_line("Pgdrill-Change: r1/3")).value(), std::nullopt);
}

TEST_F(Git, RefusesToCommitNothingAndToLeaveTheRepository) {
  Tree tree = clone();
  commit(tree, "a", "1");
  EXPECT_EQ(run_to_end(tree->commit({{"a", "1"}}, "again")).error().kind, ErrorKind::invalid);
  EXPECT_EQ(run_to_end(tree->commit({{"../a", "1"}}, "out")).error().kind, ErrorKind::invalid);
  EXPECT_FALSE(std::filesystem::exists(tree->directory().parent_path() / "a"));
}

TEST_F(Git, LeavesNoDirectoryBehind) {
  std::filesystem::path directory;
  {
    Tree const tree = clone();
    directory = tree->directory();
    ASSERT_TRUE(std::filesystem::exists(directory));
  }
  EXPECT_FALSE(std::filesystem::exists(directory));
}

TEST_F(Git, MissingRepositoryIsUnreachableInGitsWords) {
  Result<Tree> const tree = run_to_end(WorkTree::clone({.url = "file://" + (directory_ / "none").string()}));
  ASSERT_FALSE(tree);
  EXPECT_EQ(tree.error().kind, ErrorKind::unreachable);
  EXPECT_NE(tree.error().why.find("does not"), std::string::npos) << tree.error().why;
}

TEST(WithoutCredentials, HidesUserAndPassword) {
  EXPECT_EQ(without_credentials("clone 'https://me:pw@host/a' or ssh://git@host/b"),
            "clone 'https://host/a' or ssh://host/b");
  EXPECT_EQ(without_credentials("https://host/a@b"), "https://host/a@b");
}

}  // namespace
}  // namespace pgdrill::flux
