#include "harness/sandbox/cnpg/postgres_log.hpp"

#include <array>

namespace pgdrill::sandbox::cnpg {
namespace {

struct Field {
  std::string_view in_jsonlog;
  std::string_view in_record;
};

// In the order of csvlog's columns (https://www.postgresql.org/docs/15/runtime-config-logging.html).
constexpr std::array fields{Field{"timestamp", "log_time"},
                            Field{"user", "user_name"},
                            Field{"dbname", "database_name"},
                            Field{"pid", "process_id"},
                            Field{"remote_host", "connection_from"},
                            Field{"session_id", "session_id"},
                            Field{"line_num", "session_line_num"},
                            Field{"ps", "command_tag"},
                            Field{"session_start", "session_start_time"},
                            Field{"vxid", "virtual_transaction_id"},
                            Field{"txid", "transaction_id"},
                            Field{"error_severity", "error_severity"},
                            Field{"state_code", "sql_state_code"},
                            Field{"message", "message"},
                            Field{"detail", "detail"},
                            Field{"hint", "hint"},
                            Field{"internal_query", "internal_query"},
                            Field{"context", "context"},
                            Field{"statement", "query"},
                            Field{"application_name", "application_name"},
                            Field{"backend_type", "backend_type"},
                            Field{"query_id", "query_id"}};

std::string as_text(json::value const& value) {
  return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

}  // namespace

Result<json::object> record_of(std::string_view jsonlog_line) {
  TRY(json::value const parsed, parse_json(jsonlog_line, "jsonlog"));
  if (!parsed.is_object()) return fail({.kind = ErrorKind::invalid, .what = "a log line is no object"});
  json::object record;
  auto const& line = parsed.get_object();
  for (auto const& field : fields) {
    auto const* value = line.if_contains(field.in_jsonlog);
    if (value == nullptr || value->is_null()) continue;
    std::string text = as_text(*value);
    if (field.in_jsonlog == "remote_host") {
      if (auto const* port = line.if_contains("remote_port")) text += ":" + as_text(*port);
    }
    if (!text.empty()) record[field.in_record] = text;
  }
  // csvlog always has these, jsonlog leaves them out while there is none.
  if (!record.contains("sql_state_code")) record["sql_state_code"] = "00000";
  return record;
}

std::optional<std::string> LineBuffer::next() {
  auto const end = text_.find('\n');
  if (end == std::string::npos) return std::nullopt;
  std::string line = text_.substr(0, end);
  text_.erase(0, end + 1);
  return line;
}

}  // namespace pgdrill::sandbox::cnpg
