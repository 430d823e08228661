#include "harness/sandbox/kubelet/mounts.hpp"

#include <gtest/gtest.h>

namespace pgdrill::sandbox {
namespace {

std::vector<Mount> mounts() {
  json::value const container{
      {"volumeMounts", json::array{{{"name", "data"}, {"mountPath", "/data"}},
                                   {{"name", "deep"}, {"mountPath", "/data/deep/"}},
                                   {{"name", "config"}, {"mountPath", "/etc/app.conf"}, {"subPath", "main"}},
                                   {{"name", "root"}, {"mountPath", "/"}},
                                   {{"name", "unknown"}, {"mountPath", "/nowhere"}}}}};
  return mounts_of(container,
                   {{"data", "/real/d"}, {"deep", "/real/e"}, {"config", "/real/c"}, {"root", "/real/r"}});
}

struct Case {
  char const* text;
  char const* expected;
};

class MountRewriting : public testing::TestWithParam<Case> {};

TEST_P(MountRewriting, ChangesMountedPathsAlone) {
  EXPECT_EQ(rewrite_mounts(GetParam().text, mounts()), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(Texts, MountRewriting,
                         testing::Values(Case{"/data", "/real/d"}, Case{"/data/file", "/real/d/file"},
                                         Case{"/data/deep/file", "/real/e/file"},
                                         Case{"/database", "/database"}, Case{"/data-2", "/data-2"},
                                         Case{"/var/data", "/var/data"}, Case{"--dir=/data", "--dir=/real/d"},
                                         Case{"/bin:/data/bin", "/bin:/real/d/bin"},
                                         Case{"file:///data/x", "file:///real/d/x"},
                                         Case{"cat /data/a /data/b", "cat /real/d/a /real/d/b"},
                                         Case{"echo x >/data/a;ls", "echo x >/real/d/a;ls"},
                                         Case{"/etc/app.conf", "/real/c/main"},
                                         Case{"/nowhere/x", "/nowhere/x"}, Case{"", ""}));

}  // namespace
}  // namespace pgdrill::sandbox
