#include "harness/sandbox/api/protobuf.hpp"

#include <gtest/gtest.h>

namespace pgdrill::sandbox {
namespace {

std::string field(int number, std::string const& bytes) {
  return std::string{static_cast<char>(number << 3 | 2), static_cast<char>(bytes.size())} + bytes;
}

std::string envelope(std::string const& object) {
  std::string const type = field(1, "v1") + field(2, "ConfigMap");
  return std::string("k8s\0", 4) + field(1, type) + field(2, object) + field(3, "") + field(4, "");
}

TEST(Protobuf, GivesMetadataAndMaps) {
  std::string const metadata =
      field(1, "m") + field(3, "default") + field(11, field(1, "app") + field(2, "orders"));
  std::string const bytes = envelope(field(1, metadata) + field(2, field(1, "key") + field(2, "value")));
  auto const map = object_from_protobuf("ConfigMap", bytes);
  ASSERT_TRUE(map);
  EXPECT_EQ(get_string(*map, "metadata.name"), "m");
  EXPECT_EQ(get_string(*map, "metadata.labels.app"), "orders");
  EXPECT_EQ(get_string(*map, "data.key"), "value");
  auto const secret = object_from_protobuf("Secret", bytes);
  ASSERT_TRUE(secret);
  EXPECT_EQ(get_string(*secret, "data.key"), "dmFsdWU=") << "bytes in JSON are base64";
}

TEST(Protobuf, RefusesWhatItCannotRead) {
  std::string const bytes = envelope(field(1, field(1, "m")));
  EXPECT_EQ(object_from_protobuf("Pod", bytes).error().status, 415);
  EXPECT_EQ(object_from_protobuf("ConfigMap", "{}").error().status, 400);
  EXPECT_EQ(object_from_protobuf("ConfigMap", envelope(field(1, "") + "\x12\x7F")).error().status, 400);
}

TEST(Protobuf, ReadsNestedListsAndWhatJsonHasOneLevelHigher) {
  std::string const reference = field(1, field(1, "store")) + field(2, "password");
  std::string const variable = field(1, "PGPASSWORD") + field(3, field(4, reference));
  std::string const container = field(1, "migrate") + field(3, "sh") + field(3, "-c") + field(7, variable);
  std::string const pod = field(2, container) + field(3, "Never");
  auto const job =
      object_from_protobuf("Job", envelope(field(1, field(1, "m")) + field(2, field(6, field(2, pod)))));
  ASSERT_TRUE(job);
  EXPECT_EQ(
      canonical(*find(*job, "spec.template.spec")),
      R"({"containers":[{"command":["sh","-c"],"env":[{"name":"PGPASSWORD","valueFrom":)"
      R"({"secretKeyRef":{"key":"password","name":"store"}}}],"name":"migrate"}],"restartPolicy":"Never"})");
}

}  // namespace
}  // namespace pgdrill::sandbox
