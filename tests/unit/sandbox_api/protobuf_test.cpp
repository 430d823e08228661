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
  auto const map = object_from_protobuf(kube::config_map_type, bytes);
  ASSERT_TRUE(map);
  EXPECT_EQ(get_string(*map, "metadata.name"), "m");
  EXPECT_EQ(get_string(*map, "metadata.labels.app"), "orders");
  EXPECT_EQ(get_string(*map, "data.key"), "value");
  auto const secret = object_from_protobuf(kube::secret_type, bytes);
  ASSERT_TRUE(secret);
  EXPECT_EQ(get_string(*secret, "data.key"), "dmFsdWU=") << "bytes in JSON are base64";
}

TEST(Protobuf, RefusesWhatItCannotRead) {
  std::string const bytes = envelope(field(1, field(1, "m")));
  EXPECT_EQ(object_from_protobuf(kube::job_type, bytes).error().status, 415);
  EXPECT_EQ(object_from_protobuf(kube::config_map_type, "{}").error().status, 400);
  EXPECT_EQ(object_from_protobuf(kube::config_map_type, envelope(field(1, "") + "\x12\x7F")).error().status,
            400);
}

}  // namespace
}  // namespace pgdrill::sandbox
