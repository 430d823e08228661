// The image in deploy/image must hold every library that the program is linked with.
#include <gmock/gmock.h>

#include "tests/support/command.hpp"

namespace pgdrill::test {
namespace {

TEST(Image, HasAPackageForEveryLibraryOfTheProgram) {
  // Names of libraries that the program asks for itself, their packages, those that are not listed. libc6 and
  // what comes with it is in any Debian.
  CommandResult const result = run(
      {"bash", "-c",
       R"(set -o pipefail
          cd )" PGDRILL_SOURCE_DIR R"(/deploy/image
          clang=$(command -v llvm-readelf-19 || command -v readelf) || { echo "no readelf"; exit 2; }
          $clang -d )" PGDRILL_BINARY R"( | sed -n 's/.*(NEEDED).*\[\(.*\)\].*/\1/p; s/.*NEEDED *Shared library: \[\(.*\)\]/\1/p' |
            while read -r name; do
              path=$(ldconfig -p | sed -n "s#.* => \(.*/$name\)\$#\1#p" | head -1)
              package=$(dpkg-query -S "$(realpath "$path")" "$path" 2>/dev/null | head -1 | cut -d: -f1)
              case $package in libc6 | libgcc-s1) continue ;; esac
              grep -qxF "$package" packages || echo "$name of package '$package' is not in deploy/image/packages"
            done)"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "");
}

}  // namespace
}  // namespace pgdrill::test
