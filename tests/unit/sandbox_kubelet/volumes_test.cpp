// ConfigMaps and Secrets as files.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "fixture.hpp"

namespace pgdrill::sandbox::test {
namespace {

json::object named(std::string const& name, json::object data) {
  return {{"metadata", {{"name", name}, {"namespace", "default"}}}, {"data", std::move(data)}};
}

json::object mounting_pod() {
  json::object spec{
      {"volumes",
       json::array{{{"name", "config"}, {"configMap", {{"name", "c"}, {"defaultMode", 0755}}}},
                   {{"name", "secret"},
                    {"secret",
                     {{"secretName", "s"},
                      {"items", json::array{{{"key", "key"}, {"path", "tls/it.key"}, {"mode", 0400}}}}}}}}}};
  json::object container{{"volumeMounts", json::array{{{"name", "config"}, {"mountPath", "/config"}},
                                                      {{"name", "secret"}, {"mountPath", "/secret"}}}}};
  return shell_pod("reader", "/config/run.sh; cat /secret/tls/it.key; ls /secret; sleep 1000", spec,
                   container);
}

Task<> mounts_files(Sandbox& sandbox) {
  Store& store = sandbox.store;
  EXPECT_TRUE(store.create(kube::config_map_type, named("c", {{"run.sh", "#!/bin/sh\necho ran\n"}})));
  EXPECT_TRUE(store.create(kube::pod_type, mounting_pod()));
  std::function<bool()> const told = [&] { return has_event(store, "reader", "FailedMount"); };
  bool const waits = co_await until(store, told);
  EXPECT_TRUE(waits);
  EXPECT_TRUE(
      store.create(kube::secret_type, named("s", {{"key", base64_encode("secret\n")}, {"other", ""}})));
  std::function<bool()> const ready = [&] { return get_bool(container_of(store, "reader"), "ready"); };
  bool const up = co_await until(store, ready);
  EXPECT_TRUE(up);
  while (log_of(sandbox, "reader") != "ran\nsecret\ntls\n") co_await sleep_for(std::chrono::milliseconds(1));
  auto const volumes = sandbox.kubelet.pod_directory("default", "reader") / "volumes";
  struct stat status{};
  EXPECT_EQ(::stat((volumes / "secret/tls/it.key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0400U);
  // A change reaches the running pod.
  EXPECT_TRUE(store.modify(kube::config_map_type, "default", "c", false,
                           [](kube::Object& map) { set(map, "data", {{"run.sh", "new"}}); }));
  while (read_file(volumes / "config/run.sh").value_or("") != "new") {
    co_await sleep_for(std::chrono::milliseconds(1));
  }
}

Task<Result<>> bounded(Sandbox& sandbox) {
  co_await mounts_files(sandbox);
  co_return Result<>();
}

Task<> mounts_files_in_time(Sandbox& sandbox) {
  Result<> const ended = co_await with_deadline(bounded(sandbox), std::chrono::seconds(20), "files");
  EXPECT_TRUE(ended) << log_of(sandbox, "reader");
}

TEST(Volumes, AreFilesOfConfigMapsAndSecrets) { with_kubelet(mounts_files_in_time); }

}  // namespace
}  // namespace pgdrill::sandbox::test
