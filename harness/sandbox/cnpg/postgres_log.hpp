// PostgreSQL's own log as CNPG's manager prints it.
#pragma once
#include <string>
#include <string_view>

#include "harness/base/json.hpp"

namespace pgdrill::sandbox::cnpg {

/// A line of PostgreSQL's jsonlog as CNPG's record: csvlog's field names, all values text, empty ones left
/// out. Error kind invalid for what is no JSON object.
[[nodiscard]] Result<json::object> record_of(std::string_view jsonlog_line);

/// Puts lines together from pieces of a stream.
class LineBuffer {
 public:
  void append(std::string_view bytes) { text_ += bytes; }
  /// The next whole line without its end, if there is one.
  [[nodiscard]] std::optional<std::string> next();
  /// What came after the last line end.
  [[nodiscard]] std::string rest() { return std::exchange(text_, {}); }

 private:
  std::string text_;
};

}  // namespace pgdrill::sandbox::cnpg
