// Completion: what may come next, and that bash (and zsh and fish, where they are) really offers it.
#include <gmock/gmock.h>

#include "harness/base/files.hpp"
#include "harness/base/text.hpp"
#include "harness/cli/complete.hpp"
#include "tests/cli/binary.hpp"

namespace pgdrill::cli {
namespace {

using test::CommandResult;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

std::vector<std::string> words(std::vector<std::string> const& line) {
  std::vector<std::string> all;
  for (Candidate const& one : complete(line)) all.push_back(one.word);
  return all;
}

TEST(Complete, OffersVerbsButNoHiddenOnes) {
  EXPECT_THAT(words({""}), Contains("run"));
  EXPECT_THAT(words({""}), Contains("doctor"));
  EXPECT_THAT(words({""}), Not(Contains("__complete")));
}

TEST(Complete, OffersTheSecondWordOfAGroup) {
  std::vector<std::string> const verbs = words({""});
  EXPECT_EQ(std::count(verbs.begin(), verbs.end(), "sandbox"), 1);
  EXPECT_THAT(words({"sandbox", ""}), Contains("up"));
  EXPECT_THAT(words({"sandbox", ""}), Not(Contains("run")));
}

TEST(Complete, OffersOptionsOfTheVerb) {
  EXPECT_THAT(words({"run", "--"}), Contains("--evidence"));
  EXPECT_THAT(words({"run", "--"}), Contains("--help"));
  EXPECT_THAT(words({"version", "--"}), Not(Contains("--evidence")));
  EXPECT_THAT(words({"sandbox", "up", "--"}), Contains("--dir"));
}

TEST(Complete, OffersNamesFromDeclarations) {
  EXPECT_THAT(words({"list", ""}), Contains("probes"));
  EXPECT_THAT(words({"list", "steps", ""}), Contains("restore"));
  EXPECT_THAT(words({"list", "probes", ""}), Contains("heartbeat"));
  EXPECT_THAT(words({"list", "steps", "restore", ""}), IsEmpty());
  EXPECT_THAT(words({"completion", ""}), ElementsAre("bash", "zsh", "fish"));
}

TEST(Complete, OffersValuesOfAnOption) {
  EXPECT_THAT(words({"plan", "-o", ""}), ElementsAre("text", "json"));
  EXPECT_THAT(words({"plan", "--output", ""}), ElementsAre("text", "json"));
  EXPECT_THAT(words({"run", "--kubeconfig", ""}), ElementsAre("@file"));
}

TEST(Complete, LeavesScenariosToTheShell) {
  EXPECT_THAT(words({"run", ""}), ElementsAre("@file"));
  EXPECT_THAT(words({"run", "--namespace", "develop", ""}), ElementsAre("@file"));
  EXPECT_THAT(words({"validate", "a.yaml", ""}), ElementsAre("@file")) << "it takes several";
  EXPECT_THAT(words({"plan", "a.yaml", ""}), IsEmpty());
}

/// Sources the script in bash and completes a line, whose last word is the one to complete.
CommandResult complete_in_bash(std::vector<std::string> const& line) {
  std::string quoted;
  for (std::string const& word : line) quoted += " '" + word + "'";
  std::string const script = "set -eu; PATH=\"$(dirname '" PGDRILL_BINARY
                             "'):$PATH\"; source <(pgdrill completion bash); complete -p pgdrill;"
                             "COMP_WORDS=(pgdrill" +
                             quoted + "); COMP_CWORD=" + std::to_string(line.size()) +
                             "; _pgdrill; printf '%s\\n' \"${COMPREPLY[@]}\"";
  return test::run({"bash", "--norc", "-c", script});
}

TEST(CompletionInBash, IsRegistered) {
  CommandResult const result = complete_in_bash({"ver"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, StartsWith("complete -F _pgdrill pgdrill\n"));
  EXPECT_THAT(split(result.out, '\n'), Contains("version"));
}

TEST(CompletionInBash, CompletesNamesAndOptions) {
  EXPECT_THAT(split(complete_in_bash({"list", "steps", "rest"}).out, '\n'), Contains("restore"));
  EXPECT_THAT(split(complete_in_bash({"run", "--evi"}).out, '\n'), Contains("--evidence"));
  EXPECT_THAT(complete_in_bash({"list", "steps", "rest"}).out, Not(HasSubstr("capture-target")));
}

TEST(CompletionInBash, CompletesFiles) {
  std::string const stem = PGDRILL_SOURCE_DIR "/scenarios/data-rollb";
  EXPECT_THAT(split(complete_in_bash({"run", stem}).out, '\n'), Contains(stem + "ack.yaml"));
}

TEST(CompletionInBash, OfAnUnknownShellIsRefused) {
  CommandResult const result = test::pgdrill_verb({"completion", "bahs"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("did you mean 'bash'?"));
}

bool has_program(std::string const& name) {
  return test::run({"bash", "-c", "command -v " + name}).exit_code == 0;
}

TEST(CompletionInZsh, CompletesNames) {
  if (!has_program("zsh")) GTEST_SKIP() << "zsh is not installed";
  // _describe is replaced: it only works inside a line editor.
  CommandResult const result = test::run(
      {"zsh", "-f", "-c",
       "autoload -U compinit; compinit -u -D; PATH=\"$(dirname '" PGDRILL_BINARY "'):$PATH\";"
       "source <(pgdrill completion zsh); _describe() { print -l -- \"${(P@)2}\" };"
       "words=(pgdrill list steps rest); CURRENT=4; _pgdrill; words=(pgdrill ''); CURRENT=2; _pgdrill"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("restore"));
  EXPECT_THAT(result.out, HasSubstr("doctor:check everything"));
}

TEST(CompletionInFish, CompletesNames) {
  if (!has_program("fish")) GTEST_SKIP() << "fish is not installed";
  CommandResult const result =
      test::run({"fish", "--no-config", "-c",
                 "set PATH (dirname '" PGDRILL_BINARY
                 "') $PATH; pgdrill completion fish | source; complete -C 'pgdrill list "
                 "steps rest'"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("restore"));
}

}  // namespace
}  // namespace pgdrill::cli
