#include "reports/ci.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "harness/base/files.hpp"
#include "harness/base/json.hpp"

namespace pgdrill::reports {

namespace {

bool is_true(char const* variable) {
  char const* const value = std::getenv(variable);
  return value != nullptr && std::string_view(value) == "true";
}

/// GitHub decodes %25, %0D and %0A in messages, and %3A and %2C in properties as well.
std::string escaped(std::string_view text, bool property) {
  std::string out;
  for (char const c : text) {
    bool const special = c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','));
    out += special ? fmt::format("%{:02X}", static_cast<unsigned char>(c)) : std::string(1, c);
  }
  return out;
}

/// Seconds since 1970, which GitLab computes a section's duration from.
std::int64_t seconds_of(WallTime at) {
  return std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
}

}  // namespace

Ci detect_ci() {
  if (is_true("GITHUB_ACTIONS")) return Ci::github;
  return is_true("GITLAB_CI") ? Ci::gitlab : Ci::none;
}

std::string github_annotation(Annotation const& annotation) {
  std::string properties;
  auto const add = [&properties](std::string_view key, std::string const& value) {
    if (value.empty()) return;
    properties += (properties.empty() ? " " : ",") + std::string(key) + "=" + escaped(value, true);
  };
  add("file", annotation.file);
  if (annotation.line > 0) add("line", std::to_string(annotation.line));
  if (annotation.column > 0) add("col", std::to_string(annotation.column));
  add("title", annotation.title);
  return "::" + annotation.level + properties + "::" + escaped(annotation.message, false) + "\n";
}

std::string gitlab_code_quality(std::vector<Annotation> const& annotations) {
  json::array issues;
  for (Annotation const& one : annotations) {
    std::string const place = one.file + ":" + std::to_string(one.line) + ":" + std::to_string(one.column);
    issues.push_back({{"description", one.message},
                      {"check_name", one.title},
                      {"fingerprint", sha256_hex(place + " " + one.message)},
                      {"severity", one.level == "error" ? "major" : "minor"},
                      {"location", {{"path", one.file}, {"lines", {{"begin", one.line}}}}}});
  }
  return pretty(issues);
}

std::string gitlab_section_start(std::string const& name, std::string const& title, WallTime at) {
  return fmt::format("\x1B[0Ksection_start:{}:{}\r\x1B[0K{}\n", seconds_of(at), name, title);
}

std::string gitlab_section_end(std::string const& name, WallTime at) {
  return fmt::format("\x1B[0Ksection_end:{}:{}\r\x1B[0K\n", seconds_of(at), name);
}

}  // namespace pgdrill::reports
