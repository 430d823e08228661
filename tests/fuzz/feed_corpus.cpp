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

constexpr std::size_t cuts = 64;

std::map<std::string, Target>& targets() {
  static std::map<std::string, Target> all;
  return all;
}

int feed(Target target, std::filesystem::path const& folder) {
  std::size_t files = 0;
  for (auto const& entry : std::filesystem::directory_iterator(folder)) {
    Result<std::string> const input = read_file(entry.path());
    require(input.has_value(), "a corpus file can be read");
    ++files;
    target(*input);
    std::size_t const step = std::max<std::size_t>(1, input->size() / cuts);
    for (std::size_t size = 0; size < input->size(); size += step) target(input->substr(0, size));
  }
  std::printf("%zu files\n", files);
  return files == 0 ? 1 : 0;
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
