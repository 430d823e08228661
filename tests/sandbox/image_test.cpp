// The image in deploy/image must hold every library that the program is linked with.
#include <gmock/gmock.h>

#include "tests/support/command.hpp"

namespace pgdrill::test {
namespace {

/// Says which libraries that the program asks for by itself lie in no package of the list; libc6 and what
/// comes with it is in any Debian.
constexpr char missing_packages[] = R"sh(
  set -o pipefail
  readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\].*/\1/p' | while read -r name; do
    path=$(ldconfig -p | sed -n "s#.* => \(.*/$name\)\$#\1#p" | head -1)
    package=$(dpkg-query -S "$(realpath "$path")" "$path" 2>/dev/null | head -1 | cut -d: -f1)
    case $package in libc6 | libgcc-s1) continue ;; esac
    grep -qxF "$package" "$2" || echo "$name of package '$package'"
  done)sh";

TEST(Image, HasAPackageForEveryLibraryOfTheProgram) {
  CommandResult const result = run(
      {"bash", "-c", missing_packages, "bash", PGDRILL_BINARY, PGDRILL_SOURCE_DIR "/deploy/image/packages"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "") << "not in deploy/image/packages";
}

}  // namespace
}  // namespace pgdrill::test
