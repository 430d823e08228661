// fuzz_corpus TARGET FOLDER: feeds a target each file of its corpus, and each with its end cut off at many
// places.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <vector>

#include "harness/base/files.hpp"
#include "tests/fuzz/fuzz_target.hpp"

namespace pgdrill::fuzz {

namespace {

/// Places at which a file is cut: so many, but fewer in a large corpus, which would take minutes under a
/// sanitizer.
constexpr std::size_t most_cuts = 64;
constexpr std::size_t fewest_cuts = 8;
constexpr std::size_t most_inputs = 8'000;

std::map<std::string, Target>& targets() {
  static std::map<std::string, Target> all;
  return all;
}

int feed(Target target, std::filesystem::path const& folder) {
  std::vector<std::filesystem::path> files;
  for (auto const& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  std::size_t const cuts =
      std::clamp(most_inputs / std::max<std::size_t>(1, files.size()), fewest_cuts, most_cuts);
  for (auto const& file : files) {
    Result<std::string> const input = read_file(file);
    require(input.has_value(), "a corpus file can be read");
    target(*input);
    std::size_t const step = std::max<std::size_t>(1, input->size() / cuts);
    for (std::size_t size = 0; size < input->size(); size += step) target(input->substr(0, size));
  }
  std::printf("%zu files\n", files.size());
  return files.empty() ? 1 : 0;
}

}  // namespace

RegisterTarget::RegisterTarget(char const* name, Target target) { targets()[name] = target; }

}  // namespace pgdrill::fuzz

int main(int argument_count, char** arguments) {
  using namespace pgdrill::fuzz;
  std::string const name = argument_count == 3 ? arguments[1] : "";
  auto const found = targets().find(name);
  if (found == targets().end()) {
    std::fputs("usage: fuzz_corpus TARGET FOLDER\n", stderr);
    return 2;
  }
  return feed(found->second, arguments[2]);
}
