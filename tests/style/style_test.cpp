// Style is a test: sizes, the direction of includes, what may not stand in a header or in a tracked file.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <regex>

#include "harness/base/files.hpp"
#include "harness/base/text.hpp"

namespace pgdrill {
namespace {

using testing::IsEmpty;

std::filesystem::path const root = PGDRILL_SOURCE_DIR;

bool has_suffix(std::filesystem::path const& file, std::vector<std::string> const& suffixes) {
  return std::find(suffixes.begin(), suffixes.end(), file.extension().string()) != suffixes.end();
}

std::vector<std::filesystem::path> files_below(std::vector<std::string> const& folders,
                                               std::vector<std::string> const& suffixes) {
  std::vector<std::filesystem::path> files;
  for (std::string const& folder : folders) {
    if (!std::filesystem::exists(root / folder)) continue;
    for (auto const& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
      if (entry.is_regular_file() && has_suffix(entry.path(), suffixes)) files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<std::filesystem::path> sources() {
  return files_below({"harness", "probes", "reports", "tests"}, {".cpp", ".hpp"});
}

std::string name_in_tree(std::filesystem::path const& file) {
  return std::filesystem::relative(file, root).string();
}

std::vector<std::string> lines_of(std::filesystem::path const& file) {
  return split(read_file(file).value_or(""), '\n');
}

/// The longest body of a function in a formatted file: from a line at the left margin or one indent that ends
/// in " {" to the "}" at the same indent. Namespaces, classes and enums do not count.
std::size_t longest_function(std::vector<std::string> const& lines) {
  static std::regex const opens(R"(^( *)[^ ].*\)[^;]* \{$)");
  static std::regex const no_function(
      R"(^ *(if|for|while|switch|else|do|namespace|class|struct|enum|union|catch|try|return)\b.*)");
  std::size_t longest = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::smatch match;
    if (!std::regex_match(lines[i], match, opens) || std::regex_match(lines[i], no_function)) continue;
    std::string const end = match[1].str() + "}";
    for (std::size_t j = i + 1; j < lines.size(); ++j) {
      if (!lines[j].starts_with(end)) continue;  // a lambda ends in "};"
      longest = std::max(longest, j - i);
      break;
    }
  }
  return longest;
}

TEST(Style, FilesAreAtMost400Lines) {
  std::vector<std::string> long_files;
  for (auto const& file : sources()) {
    if (std::size_t const count = lines_of(file).size(); count > 401)
      long_files.push_back(name_in_tree(file) + ": " + std::to_string(count));
  }
  EXPECT_THAT(long_files, IsEmpty());
}

/// The types that a file defines at its left margin, with their namespace; those of unnamed ones are its own.
std::vector<std::string> types_of(std::vector<std::string> const& lines) {
  static std::regex const opens(R"(^namespace( [\w:]+)? \{$)");
  static std::regex const defines(R"(^(struct|class|enum class|enum) (\w+)( final)?( :.*)? \{.*)");
  std::vector<std::string> types;
  std::vector<std::string> spaces;
  for (std::string const& line : lines) {
    std::smatch match;
    if (std::regex_match(line, match, opens)) spaces.push_back(match[1]);
    if (line.starts_with("}  // namespace") && !spaces.empty()) spaces.pop_back();
    bool const own = std::find(spaces.begin(), spaces.end(), "") != spaces.end();
    if (!own && std::regex_match(line, match, defines))
      types.push_back(join(spaces, "::") + " " + match[2].str());
  }
  return types;
}

TEST(Style, NoTypeIsDefinedTwice) {  // the linker takes one of the two for both
  std::map<std::string, std::string> seen;
  std::vector<std::string> twice;
  for (auto const& file : files_below({"harness", "probes", "reports"}, {".cpp", ".hpp"})) {
    for (std::string const& type : types_of(lines_of(file))) {
      auto const [first, fresh] = seen.try_emplace(type, name_in_tree(file));
      if (!fresh) twice.push_back(type + ": " + first->second + " and " + name_in_tree(file));
    }
  }
  EXPECT_GT(seen.size(), 100U);
  EXPECT_THAT(twice, IsEmpty());
}

TEST(Style, FunctionsAreAtMost70Lines) {
  std::vector<std::string> long_functions;
  for (auto const& file : sources()) {
    if (std::size_t const length = longest_function(lines_of(file)); length > 70) {
      long_functions.push_back(name_in_tree(file) + ": " + std::to_string(length));
    }
  }
  EXPECT_THAT(long_functions, IsEmpty());
}

TEST(Style, TheFunctionCounterCounts) {
  std::vector<std::string> const text = {
      "int f() {", "  if (x) {", "  }", "  return 1;", "}", "namespace a {", "", "", "", "", "", "}"};
  EXPECT_EQ(longest_function(text), 4U);
}

/// Rooms that a folder may include, by the folder's prefix; the order of CMakeLists.txt.
struct Room {
  std::string folder;
  std::vector<std::string> may_include;
};
std::vector<Room> const rooms{
    {"harness/base/", {"harness/base/"}},
    {"harness/net/", {"harness/base/", "harness/net/"}},
    {"harness/kube/", {"harness/base/", "harness/net/", "harness/kube/"}},
    {"harness/postgres/", {"harness/base/", "harness/postgres/"}},
    {"harness/cnpg/",
     {"harness/base/", "harness/net/", "harness/kube/", "harness/postgres/", "harness/cnpg/"}},
    {"harness/flux/", {"harness/base/", "harness/net/", "harness/kube/", "harness/flux/"}},
    {"harness/scenario/", {"harness/base/", "harness/scenario/"}},
    {"harness/engine/",
     {"harness/base/", "harness/net/", "harness/kube/", "harness/postgres/", "harness/cnpg/", "harness/flux/",
      "harness/scenario/", "harness/engine/"}},
    {"harness/migrations/history/", {"harness/base/", "harness/postgres/", "harness/migrations/history/"}},
    {"harness/migrations/half_applied/",
     {"harness/base/", "harness/postgres/", "harness/migrations/history/", "harness/migrations/review/",
      "harness/migrations/half_applied/"}},
    {"harness/migrations/audit/", {"harness/base/", "harness/postgres/", "harness/migrations/"}},
    {"harness/steps/",
     {"harness/base/", "harness/kube/", "harness/postgres/", "harness/cnpg/", "harness/flux/",
      "harness/scenario/", "harness/engine/", "probes/", "harness/steps/"}},
    {"harness/doctor/",
     {"harness/base/", "harness/net/", "harness/kube/", "harness/postgres/", "harness/cnpg/", "harness/flux/",
      "harness/scenario/", "harness/engine/", "harness/doctor/"}},
    {"harness/faults/",
     {"harness/base/", "harness/kube/", "harness/postgres/", "harness/cnpg/", "harness/scenario/",
      "harness/engine/", "probes/", "harness/triggers/", "harness/faults/"}},
    {"harness/triggers/",
     {"harness/base/", "harness/kube/", "harness/postgres/", "harness/cnpg/", "harness/scenario/",
      "harness/engine/", "probes/", "harness/triggers/"}},
    {"harness/sandbox/",
     {"harness/base/", "harness/net/", "harness/kube/", "harness/postgres/", "harness/sandbox/"}},
    {"harness/migrations/review/", {"harness/base/", "harness/postgres/", "harness/migrations/review/"}},
    {"harness/migrations/rules/",
     {"harness/base/", "harness/migrations/review/", "harness/migrations/rules/"}},
    {"harness/migrations/rewrite/",
     {"harness/base/", "harness/postgres/", "harness/migrations/review/", "harness/migrations/rewrite/"}},
    {"probes/",
     {"harness/base/", "harness/kube/", "harness/postgres/", "harness/cnpg/", "harness/scenario/",
      "harness/engine/", "probes/"}},
    {"reports/", {"harness/base/", "harness/net/", "reports/"}},
};

TEST(Style, IncludesPointOneWay) {
  static std::regex const include(R"re(^#include "([^"]+)".*)re");
  std::vector<std::string> wrong;
  for (auto const& file : sources()) {
    std::string const name = name_in_tree(file);
    for (Room const& room : rooms) {
      if (!name.starts_with(room.folder)) continue;
      for (std::string const& line : lines_of(file)) {
        std::smatch match;
        if (!std::regex_match(line, match, include)) continue;
        std::string const target = match[1];
        bool const allowed =
            std::any_of(room.may_include.begin(), room.may_include.end(),
                        [&](std::string const& prefix) { return target.starts_with(prefix); });
        if (!allowed) wrong.push_back(name + " includes " + target);
      }
    }
  }
  EXPECT_THAT(wrong, IsEmpty());
}

TEST(Style, HeadersCarryNoHeavyTemplates) {
  std::vector<std::string> wrong;
  for (auto const& file : files_below({"harness", "probes", "reports"}, {".hpp"})) {
    std::string const text = read_file(file).value_or("");
    if (text.find("boost/beast") != std::string::npos || text.find("asio/ssl") != std::string::npos)
      wrong.push_back(name_in_tree(file));
  }
  EXPECT_THAT(wrong, IsEmpty());
}

TEST(Style, TheHarnessNeverAsksWhetherItIsTheSandbox) {
  static std::regex const asks(R"(is_?sandbox|sandbox_mode|if *\(.*sandbox|#include.*sandbox)");
  std::vector<std::string> wrong;
  for (auto const& file :
       files_below({"harness/engine", "harness/steps", "harness/faults", "harness/triggers", "harness/cnpg",
                    "harness/flux", "harness/kube", "probes"},
                   {".cpp", ".hpp"})) {
    for (std::string const& line : lines_of(file)) {
      if (std::regex_search(line, asks)) wrong.push_back(name_in_tree(file) + ": " + line);
    }
  }
  EXPECT_THAT(wrong, IsEmpty());
}

/// A file's text with that of the tests' helpers that it includes: its assertions may lie there.
std::string with_helpers(std::string text) {
  static std::regex const include(R"re(#include "(tests/[^"]+)")re");
  std::string helpers;
  for (std::sregex_iterator at(text.begin(), text.end(), include); at != std::sregex_iterator(); ++at) {
    std::filesystem::path header = root / (*at)[1].str();
    helpers += read_file(header).value_or("") + read_file(header.replace_extension(".cpp")).value_or("");
  }
  return text + helpers;
}

TEST(Style, EveryTestFileAsserts) {
  static std::regex const test(R"((^|\n)(TEST|TEST_F|TEST_P|TYPED_TEST)\()");
  static std::regex const assertion(R"((EXPECT_|ASSERT_|FAIL\(|RC_ASSERT))");
  std::vector<std::string> wrong;
  for (auto const& file : files_below({"tests"}, {".cpp"})) {
    std::string const text = read_file(file).value_or("");
    if (std::regex_search(text, test) && !std::regex_search(with_helpers(text), assertion))
      wrong.push_back(name_in_tree(file));
  }
  EXPECT_THAT(wrong, IsEmpty());
}

TEST(Style, NoUnfinishedWordsAndNoPathsOfOneMachine) {
  static std::regex const unfinished(R"(\b(TO)DO\b|\b(FIX)ME\b|\b(XX)X\b)");
  static std::regex const machine(R"((^|[^A-Za-z0-9_.])/(wo)rk/|/(ho)me/[a-z]+/)");
  static std::vector<std::string> const words{
      "TO"
      "DO",
      "FIX"
      "ME",
      "XX"
      "X",
      "/wo"
      "rk/",
      "/ho"
      "me/"};
  std::vector<std::string> wrong;
  std::vector<std::filesystem::path> files =
      files_below({"harness", "probes", "reports", "tests", "scenarios", "deploy", "cmake", ".ci"},
                  {".cpp", ".hpp", ".sql", ".yaml", ".sh", ".md", ".cmake", ".css", ""});
  for (std::string const name : {"README.md", "CMakeLists.txt", "drill"}) files.push_back(root / name);
  for (auto const& file : files) {
    std::string const text = read_file(file).value_or("");
    // The expressions alone would take ten seconds.
    auto const has = [&text](std::string const& word) { return text.find(word) != std::string::npos; };
    if (std::ranges::none_of(words, has)) continue;
    if (std::regex_search(text, unfinished) || std::regex_search(text, machine))
      wrong.push_back(name_in_tree(file));
  }
  EXPECT_THAT(wrong, IsEmpty());
}

/// A helper: it has a header of its own, or is a part of another file ("digest_compare" of "digest").
bool is_helper(std::filesystem::path const& file) {
  std::filesystem::path header = file;
  header.replace_extension(".hpp");
  if (std::filesystem::exists(header)) return true;
  std::string const stem = file.stem().string();
  for (std::size_t at = stem.find('_'); at != std::string::npos; at = stem.find('_', at + 1)) {
    if (std::filesystem::exists(file.parent_path() / (stem.substr(0, at) + ".cpp"))) return true;
  }
  return false;
}

TEST(Style, EveryStepAndProbeFileRegistersItself) {
  static std::regex const registers(R"(Register(Step|Fault|Trigger|Probe|StateProbe|Undo)<)");
  std::vector<std::string> wrong;
  for (auto const& file :
       files_below({"harness/steps", "harness/faults", "harness/triggers", "probes"}, {".cpp"})) {
    if (!is_helper(file) && !std::regex_search(read_file(file).value_or(""), registers))
      wrong.push_back(name_in_tree(file));
  }
  EXPECT_THAT(wrong, IsEmpty());
}

TEST(Style, PathsInTheReadmeExist) {
  static std::regex const path(
      R"(`((harness|probes|reports|scenarios|tests|deploy)/[a-z_/]+[a-z](\.[a-z]+)?)`)");
  std::string const text = read_file(root / "README.md").value_or("");
  ASSERT_FALSE(text.empty());
  std::vector<std::string> stale;
  for (auto match = std::sregex_iterator(text.begin(), text.end(), path); match != std::sregex_iterator();
       ++match) {
    if (!std::filesystem::exists(root / (*match)[1].str())) stale.push_back((*match)[1]);
  }
  EXPECT_THAT(stale, IsEmpty());
}

}  // namespace
}  // namespace pgdrill
