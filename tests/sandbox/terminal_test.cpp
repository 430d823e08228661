// The console of a real run: on a terminal of few columns, without colour, on one that cannot repaint, and in
// CI.
#include <gmock/gmock.h>

#include <fstream>
#include <regex>

#include "harness/base/text.hpp"
#include "tests/support/sandbox.hpp"

namespace pgdrill::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr char const* scenario =
    "apiVersion: pgdrill.io/v1\nkind: Scenario\nmetadata: {name: terminal}\n"
    "target: {namespace: develop, cluster: orders, service: orders-db}\n"
    "objectives: none\nprobes:\n  - heartbeat: {every: 50ms}\n"
    "steps:\n"
    "  - mark: {name: the first of two marks with a name that is long, after: 1s}\n"
    "  - service-cut:\n    for: 2s\n"
    "  - mark: {name: second, after: 1s}\n";

class Terminal : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(sandbox_.healthy());
    std::ofstream(directory_.path() / "scenario.yaml") << scenario;
  }

  std::string command() {
    std::string text;
    for (auto const& word :
         sandbox_.pgdrill_command({"run", (directory_.path() / "scenario.yaml").string(), "--evidence",
                                   (directory_.path() / std::to_string(++runs_)).string()}))
      text += "'" + word + "' ";
    return text;
  }
  /// What a terminal of so many columns is sent.
  std::string on_a_terminal(int columns, std::vector<std::string> const& environment) {
    std::vector<std::string> call = {"env", "-u", "GITHUB_ACTIONS", "-u", "GITLAB_CI", "-u", "NO_COLOR"};
    call.insert(call.end(), environment.begin(), environment.end());
    for (std::string const& word :
         {std::string("script"), std::string("-qec"),
          "stty rows 24 cols " + std::to_string(columns) + "; " + command(), std::string("/dev/null")})
      call.push_back(word);
    CommandResult const result = run(call);
    EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
    return result.out;
  }
  CommandResult in_ci(std::string const& variable) {
    return run({"env", "-u", "GITHUB_ACTIONS", "-u", "GITLAB_CI", variable, "sh", "-c", command()});
  }

  Sandbox sandbox_;
  TemporaryDirectory directory_;
  int runs_ = 0;
};

/// Columns that a line takes: characters without the escape sequences.
std::size_t columns_of(std::string_view line) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < line.size(); ++at) {
    auto const c = static_cast<unsigned char>(line[at]);
    if (c == 0x1B) {
      while (at + 1 < line.size() && std::isalpha(static_cast<unsigned char>(line[at])) == 0) ++at;
    } else if (c >= 0x20 && (c & 0xC0U) != 0x80U) {
      ++count;
    }
  }
  return count;
}

bool is_coloured(std::string const& text) {
  static std::regex const colour("\x1B\\[[0-9;]+m");
  return std::regex_search(text, colour);
}

/// Lines of the live part, which is what is painted between what scrolls by; that has its time at the front.
std::vector<std::string> live_lines(std::string text) {
  std::vector<std::string> lines;
  constexpr std::string_view take_away = "\x1B[J";
  for (auto at = text.find(take_away); at != std::string::npos; at = text.find(take_away, at))
    text.replace(at, take_away.size(), "\n");
  static std::regex const scrolls("^\\s*[0-9]+\\.[0-9]{3} ");
  bool begun = false;  // what is said before the run's first line is no live part, nor is the result
  for (auto const& line : split(text, '\n')) {
    if (line.find("exit code") != std::string::npos) break;
    bool const scrolled = std::regex_search(line, scrolls);
    if (begun && columns_of(line) > 0 && !scrolled) lines.push_back(line);
    begun = begun || scrolled;
  }
  return lines;
}

// A line that is too long would wrap, and then the part could not be taken away as a whole.
TEST_F(Terminal, OfFewColumnsIsNotOverrunByTheLivePart) {
  constexpr std::size_t few = 30;
  std::string const text = on_a_terminal(few, {"TERM=xterm"});
  EXPECT_TRUE(is_coloured(text));
  auto const lines = live_lines(text);
  EXPECT_GT(lines.size(), 10U) << text;
  for (auto const& line : lines) EXPECT_LE(columns_of(line), few) << line;
}

TEST_F(Terminal, TakesNoColourWhenItIsAskedNotTo) {
  std::string const text = on_a_terminal(100, {"TERM=xterm", "NO_COLOR=1"});
  EXPECT_THAT(text, AllOf(HasSubstr("\x1B[J"), HasSubstr("heartbeat ")));
  EXPECT_FALSE(is_coloured(text)) << text;
}

TEST_F(Terminal, ThatCannotRepaintGetsPlainLines) {
  std::string const text = on_a_terminal(100, {"TERM=dumb"});
  EXPECT_THAT(text, AllOf(HasSubstr("PASS"), Not(HasSubstr("\x1B"))));
}

TEST_F(Terminal, InCiThereAreAnnotationsAndSections) {
  CommandResult const github = in_ci("GITHUB_ACTIONS=true");
  EXPECT_EQ(github.exit_code, 0) << github.err;
  EXPECT_THAT(github.out, AllOf(HasSubstr("::notice file="),
                                HasSubstr("scenario.yaml,title=pgdrill terminal"), Not(HasSubstr("\x1B"))));
  CommandResult const gitlab = in_ci("GITLAB_CI=true");
  EXPECT_EQ(gitlab.exit_code, 0) << gitlab.err;
  EXPECT_THAT(gitlab.out, AllOf(HasSubstr("section_start:"), HasSubstr("section_end:")));
}

}  // namespace
}  // namespace pgdrill::test
