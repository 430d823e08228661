#include "harness/sandbox/api/protobuf.hpp"

#include <cstdint>
#include <optional>

#include "harness/base/files.hpp"
#include "harness/sandbox/api/errors.hpp"

namespace pgdrill::sandbox {
namespace {

struct Field {
  std::uint64_t number = 0;
  std::uint64_t value = 0;  ///< of a varint
  std::string_view bytes;   ///< of a length-delimited field
};

/// Walks over a message's fields; other wire types than these two are not used in what is read here.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  [[nodiscard]] bool failed() const { return failed_; }

  std::optional<Field> next() {
    if (bytes_.empty() || failed_) return std::nullopt;
    std::uint64_t const tag = varint();
    Field field{.number = tag >> 3U, .value = 0, .bytes = {}};
    if ((tag & 7U) == 0) {
      field.value = varint();
    } else if ((tag & 7U) == 2) {
      std::uint64_t const length = varint();
      if (length > bytes_.size()) failed_ = true;
      field.bytes = bytes_.substr(0, length);
      bytes_.remove_prefix(failed_ ? bytes_.size() : length);
    } else {
      failed_ = true;
    }
    if (failed_) return std::nullopt;
    return field;
  }

 private:
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (bytes_.empty()) break;
      auto const byte = static_cast<unsigned char>(bytes_.front());
      bytes_.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if ((byte & 0x80U) == 0) return value;
    }
    failed_ = true;
    return 0;
  }

  std::string_view bytes_;
  bool failed_ = false;
};

void add_entry(json::object& object, std::string_view map, std::string_view entry, bool encode) {
  std::string key;
  std::string value;
  Reader reader(entry);
  while (auto const field = reader.next()) {
    if (field->number == 1) key = field->bytes;
    if (field->number == 2) value = field->bytes;
  }
  if (!object[map].is_object()) object[map] = json::object();
  object[map].as_object()[key] = encode ? base64_encode(value) : value;
}

json::object metadata_from(std::string_view bytes) {
  json::object metadata;
  Reader reader(bytes);
  while (auto const field = reader.next()) {
    if (field->number == 11) add_entry(metadata, "labels", field->bytes, false);
    if (field->number == 12) add_entry(metadata, "annotations", field->bytes, false);
    if (field->bytes.empty()) continue;
    if (field->number == 1) metadata["name"] = field->bytes;
    if (field->number == 2) metadata["generateName"] = field->bytes;
    if (field->number == 3) metadata["namespace"] = field->bytes;
  }
  return metadata;
}

// The object inside the envelope runtime.Unknown, whose field 2 it is.
std::optional<std::string_view> unwrapped(std::string_view bytes) {
  constexpr std::string_view magic("k8s\0", 4);
  if (!bytes.starts_with(magic)) return std::nullopt;
  Reader reader(bytes.substr(magic.size()));
  while (auto const field = reader.next()) {
    if (field->number == 2) return field->bytes;
  }
  return std::nullopt;
}

}  // namespace

Result<kube::Object> object_from_protobuf(kube::ResourceType const& type, std::string_view bytes) {
  bool const secret = type == kube::secret_type;
  bool const map = type == kube::config_map_type;
  if (!secret && !map && type != kube::namespace_type && type != kube::service_account_type) {
    return fail(api_error(415, "UnsupportedMediaType",
                          "the body of the request was in an unknown format - accepted media "
                          "types for this kind include: application/json"));
  }
  auto const message = unwrapped(bytes);
  if (!message) return fail(bad_request_error("the body is no protobuf of Kubernetes"));
  kube::Object object;
  Reader reader(*message);
  while (auto const field = reader.next()) {
    if (field->number == 1) object["metadata"] = metadata_from(field->bytes);
    if (field->number == 2 && (secret || map)) add_entry(object, "data", field->bytes, secret);
    if (field->number == 3 && secret) object["type"] = field->bytes;
    if (field->number == 3 && map) add_entry(object, "binaryData", field->bytes, true);
    if (field->number == 4 && secret) add_entry(object, "stringData", field->bytes, false);
  }
  if (reader.failed()) return fail(bad_request_error("the body's protobuf is cut off"));
  return object;
}

}  // namespace pgdrill::sandbox
