#include "harness/sandbox/api/protobuf_message.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "harness/base/files.hpp"
#include "harness/sandbox/api/errors.hpp"

namespace pgdrill::sandbox {
namespace {

using Shape = ProtobufField::Shape;
using Times = ProtobufField::Times;

struct Part {
  std::uint64_t number = 0;
  std::uint64_t value = 0;  ///< of a varint
  std::string_view bytes;   ///< of a length-delimited field
};

/// Walks over a message's fields; other wire types than these two are not used in what is read here.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  [[nodiscard]] bool failed() const { return failed_; }

  std::optional<Part> next() {
    if (bytes_.empty() || failed_) return std::nullopt;
    std::uint64_t const tag = varint();
    Part part{.number = tag >> 3U, .value = 0, .bytes = {}};
    if ((tag & 7U) == 0) {
      part.value = varint();
    } else if ((tag & 7U) == 2) {
      std::uint64_t const length = varint();
      if (length > bytes_.size()) failed_ = true;
      part.bytes = bytes_.substr(0, length);
      bytes_.remove_prefix(failed_ ? bytes_.size() : length);
    } else {
      failed_ = true;
    }
    if (failed_) return std::nullopt;
    return part;
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

Error no_message() { return bad_request_error("the body's protobuf is cut off"); }

Result<json::value> value_of(ProtobufField const& field, Part const& part) {
  switch (field.shape) {
    case Shape::text:
      return json::value(part.bytes);
    case Shape::bytes:
      return json::value(base64_encode(part.bytes));
    case Shape::integer:
      return json::value(static_cast<std::int64_t>(part.value));
    case Shape::boolean:
      return json::value(part.value != 0);
    case Shape::message:
    case Shape::embedded: {
      TRY(json::object object, parse_protobuf(*field.message, part.bytes));
      return json::value(std::move(object));
    }
  }
  return json::value();
}

Result<> add_entry(json::object& map, ProtobufField const& field, std::string_view bytes) {
  Part value;
  std::string key;
  Reader reader(bytes);
  while (auto const part = reader.next()) {
    if (part->number == 1) key = part->bytes;
    if (part->number == 2) value = *part;
  }
  if (reader.failed()) return tl::make_unexpected(no_message());
  TRY(map[key], value_of(field, value));
  return {};
}

}  // namespace

Result<json::object> parse_protobuf(ProtobufMessage const& message, std::string_view bytes) {
  json::object object;
  Reader reader(bytes);
  while (auto const part = reader.next()) {
    auto const field = std::ranges::find(message.fields, part->number, &ProtobufField::number);
    if (field == message.fields.end()) continue;
    if (field->times == Times::map) {
      json::value& map = object[field->name];
      if (!map.is_object()) map = json::object();
      TRY_VOID(add_entry(map.as_object(), *field, part->bytes));
      continue;
    }
    // Go writes empty text of fields that are not set.
    if (field->shape == Shape::text && field->times == Times::once && part->bytes.empty()) continue;
    TRY(json::value value, value_of(*field, *part));
    if (field->shape == Shape::embedded) {
      for (auto& [key, inner] : value.get_object()) object[key] = std::move(inner);
      continue;
    }
    if (field->times == Times::once) {
      object[field->name] = std::move(value);
      continue;
    }
    json::value& list = object[field->name];
    if (!list.is_array()) list = json::array();
    list.as_array().push_back(std::move(value));
  }
  if (reader.failed()) return tl::make_unexpected(no_message());
  return object;
}

}  // namespace pgdrill::sandbox
