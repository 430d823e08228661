#include "tests/e2e/scenarios/inside.hpp"

#include "harness/base/files.hpp"

namespace pgdrill::test {

namespace {

std::string const overlay = R"(apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: inside
resources: [DEPLOY/OVERLAY]
images: [{name: pgdrill, newName: registry.local/pgdrill, newTag: dev}]
patches:
)";

}  // namespace

void Inside::SetUp() {
  if (std::string const why = RealCluster::missing(); !why.empty()) GTEST_SKIP() << why;
  CommandResult const image = cluster_.script("load-pgdrill", {PGDRILL_BINARY});
  ASSERT_EQ(image.exit_code, 0) << image.out << image.err;
  CommandResult const demo = cluster_.demo("inside", "native");
  ASSERT_EQ(demo.exit_code, 0) << demo.out << demo.err;
}

CommandResult Inside::apply(std::string const& name, std::string const& patches) {
  std::string text = overlay;
  text.replace(text.find("OVERLAY"), 7, name);
  // kustomize takes only relative paths.
  std::filesystem::path const deploy =
      std::filesystem::relative(PGDRILL_SOURCE_DIR "/deploy", std::filesystem::canonical(directory_.path()));
  text.replace(text.find("DEPLOY"), 6, deploy.string());
  EXPECT_TRUE(write_file_atomically(directory_.path() / "kustomization.yaml", text + patches).has_value());
  return cluster_.kubectl({"apply", "-k", directory_.path().string()});
}

void Inside::expect_pass(std::string const& job) {
  json::value now;
  bool const ended = eventually(
      [&] {
        now = cluster_.get("inside", "job", job);
        return get_int(now, "status.succeeded", 0) + get_int(now, "status.failed", 0) > 0;
      },
      std::chrono::seconds(280));
  std::string const log = cluster_.kubectl({"logs", "-n", "inside", "job/" + job, "--tail=-1"}).out;
  EXPECT_TRUE(ended);
  EXPECT_EQ(get_int(now, "status.succeeded", 0), 1) << log;
  EXPECT_THAT(log, testing::HasSubstr("PASS"));
  EXPECT_EQ(leftovers(cluster_, "inside"), "");
  CommandResult const removed = cluster_.kubectl({"delete", "job", job, "-n", "inside", "--wait"});
  EXPECT_EQ(removed.exit_code, 0) << removed.err;
}

}  // namespace pgdrill::test
