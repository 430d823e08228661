// Protobuf messages by tables: which field has which name and shape
// (https://protobuf.dev/programming-guides/encoding/). Enough for what kubectl sends.
#pragma once
#include <string_view>
#include <vector>

#include "harness/base/json.hpp"

namespace pgdrill::sandbox {

struct ProtobufMessage;

struct ProtobufField {
  enum class Shape {
    text,   ///< string, or bytes that are text
    bytes,  ///< in base64
    integer,
    boolean,
    message,   ///< described by `message`
    embedded,  ///< likewise, but its fields are the outer message's own in JSON
  };
  unsigned number = 0;
  std::string_view name;
  Shape shape = Shape::text;
  enum class Times { once, repeated, map } times = Times::once;  ///< map: from text to `shape`
  ProtobufMessage const* message = nullptr;
};

struct ProtobufMessage {
  std::vector<ProtobufField> fields;
};

/// Fields that the table does not name are passed over. 400 Bad Request for bytes that are no message.
[[nodiscard]] Result<json::object> parse_protobuf(ProtobufMessage const& message, std::string_view bytes);

}  // namespace pgdrill::sandbox
