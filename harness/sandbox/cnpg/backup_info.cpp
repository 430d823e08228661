#include "harness/sandbox/cnpg/backup_info.hpp"

#include <charconv>
#include <map>

#include "harness/base/text.hpp"

namespace pgdrill::sandbox::cnpg {
namespace {

// barman writes the label as a Python literal: quoted, its line ends escaped.
std::string python_literal(std::string_view text) {
  std::string literal = "'";
  for (char const c : text) {
    if (c == '\n') {
      literal += "\\n";
    } else if (c == '\'' || c == '\\') {
      literal += {'\\', c};
    } else {
      literal += c;
    }
  }
  return literal + "'";
}

std::string from_python_literal(std::string_view literal) {
  if (literal.size() < 2 || literal.front() != '\'') return std::string(literal);
  std::string text;
  literal = literal.substr(1, literal.size() - 2);
  for (std::size_t i = 0; i < literal.size(); ++i) {
    if (literal[i] == '\\' && i + 1 < literal.size()) {
      ++i;
      text += literal[i] == 'n' ? '\n' : literal[i];
    } else {
      text += literal[i];
    }
  }
  return text;
}

std::map<std::string, std::string> lines_of(std::string_view text) {
  std::map<std::string, std::string> lines;
  for (auto const& line : split(text, '\n')) {
    auto const equals = line.find('=');
    if (equals == std::string::npos) continue;
    std::string const value = line.substr(equals + 1);
    lines[line.substr(0, equals)] = value == "None" ? "" : value;
  }
  return lines;
}

std::string or_none(std::string const& text) { return text.empty() ? "None" : text; }

template <class Integer>
Integer to_integer(std::string const& text, int base = 10) {
  Integer value{};
  std::from_chars(text.data(), text.data() + text.size(), value, base);
  return value;
}

}  // namespace

Result<std::uint64_t> parse_lsn(std::string_view text) {
  std::uint32_t high = 0;
  std::uint32_t low = 0;
  auto const slash = text.find('/');
  char const* const end = text.data() + text.size();
  if (slash != std::string_view::npos) {
    auto const first = std::from_chars(text.data(), text.data() + slash, high, 16);
    auto const second = std::from_chars(text.data() + slash + 1, end, low, 16);
    bool const whole = first.ec == std::errc() && first.ptr == text.data() + slash &&
                       second.ec == std::errc() && second.ptr == end;
    if (whole) return (std::uint64_t{high} << 32U) | low;
  }
  return fail({.kind = ErrorKind::invalid,
               .what = fmt::format("\"{}\" is no LSN", text),
               .todo = "write it as 0/5000028"});
}

std::string format_lsn(std::uint64_t lsn) { return fmt::format("{:X}/{:X}", lsn >> 32U, lsn & 0xFFFFFFFFU); }

std::string BackupInfo::to_text() const {
  std::string text;
  auto const add = [&text](std::string_view key, std::string const& value) {
    text += fmt::format("{}={}\n", key, or_none(value));
  };
  bool const done = status == "DONE";
  add("backup_label", backup_label.empty() ? "" : python_literal(backup_label));
  add("backup_name", backup_name);
  add("begin_time", format_postgres(begin_time));
  add("begin_wal", begin_wal);
  add("begin_xlog", begin_lsn);
  add("compression", "");
  add("end_time", done ? format_postgres(end_time) : "");
  add("end_wal", end_wal);
  add("end_xlog", end_lsn);
  add("error", error);
  add("mode", "concurrent");
  add("pgdata", pgdata);
  add("server_name", "cloud");
  add("size", size == 0 ? "" : std::to_string(size));
  add("status", status);
  add("systemid", system_id);
  add("tablespaces", "");
  add("timeline", std::to_string(timeline));
  add("version", server_version);
  add("xlog_segment_size", "16777216");
  return text;
}

Result<BackupInfo> BackupInfo::parse(std::string_view text, std::string backup_id) {
  auto lines = lines_of(text);
  BackupInfo info;
  info.backup_id = std::move(backup_id);
  info.status = lines["status"];
  auto const invalid = [&info](std::string_view key) {
    return fail(
        {.kind = ErrorKind::invalid, .what = fmt::format("backup.info of {} lacks {}", info.backup_id, key)});
  };
  if (info.status.empty()) return invalid("status");
  info.backup_name = lines["backup_name"];
  info.backup_label = from_python_literal(lines["backup_label"]);
  info.begin_wal = lines["begin_wal"];
  info.end_wal = lines["end_wal"];
  info.begin_lsn = lines["begin_xlog"];
  info.end_lsn = lines["end_xlog"];
  info.system_id = lines["systemid"];
  info.server_version = lines["version"];
  info.pgdata = lines["pgdata"];
  info.error = lines["error"];
  info.timeline = to_integer<std::int64_t>(lines["timeline"]);
  info.size = to_integer<std::uint64_t>(lines["size"]);
  TRY(info.begin_time, parse_time(lines["begin_time"]));
  if (info.status == "DONE") {
    TRY(info.end_time, parse_time(lines["end_time"]));
    if (!parse_lsn(info.end_lsn)) return invalid("end_xlog");
  }
  return info;
}

json::object BackupInfo::to_log() const {
  return {{"backup_name", backup_name},
          {"backup_label", backup_label},
          {"BeginTime", format_rfc3339_seconds(begin_time)},
          {"EndTime", format_rfc3339_seconds(end_time)},
          {"begin_wal", begin_wal},
          {"end_wal", end_wal},
          {"begin_xlog", begin_lsn},
          {"end_xlog", end_lsn},
          {"systemid", system_id},
          {"backup_id", backup_id},
          {"error", error},
          {"timeline", timeline}};
}

}  // namespace pgdrill::sandbox::cnpg
