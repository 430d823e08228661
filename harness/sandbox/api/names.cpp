#include "harness/sandbox/api/names.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/sandbox/api/errors.hpp"

namespace pgdrill::sandbox {
namespace {

bool lower_alphanumeric(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9');
}
bool alphanumeric(char letter) { return lower_alphanumeric(letter) || (letter >= 'A' && letter <= 'Z'); }

// The part of a label's key after the slash, or a label's value.
bool is_qualified_part(std::string_view text) {
  if (text.empty() || text.size() > 63) return false;
  if (!alphanumeric(text.front()) || !alphanumeric(text.back())) return false;
  return std::ranges::all_of(text, [](char letter) {
    return alphanumeric(letter) || letter == '-' || letter == '_' || letter == '.';
  });
}

constexpr std::string_view subdomain_rule =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
    "start "
    "and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
constexpr std::string_view label_rule =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start "
    "and end "
    "with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

Result<> check_labels(kube::ResourceType const& type, std::string const& name, json::value const& labels) {
  if (!labels.is_object()) return fail(bad_request_error("metadata.labels must be an object of strings"));
  for (auto const& [key, value] : labels.get_object()) {
    if (!value.is_string())
      return fail(bad_request_error(fmt::format("label \"{}\" must be a string", std::string_view(key))));
    if (!is_label_key(key)) {
      return fail(invalid_error(
          type, name, "metadata.labels",
          fmt::format(
              "Invalid value: \"{}\": name part must consist of alphanumeric characters, "
              "'-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  "
              "or 'my.name',  or '123-abc', regex used for validation is "
              "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
              std::string_view(key))));
    }
    std::string_view const text = value.get_string();
    if (!is_label_value(text)) {
      return fail(invalid_error(
          type, name, "metadata.labels",
          fmt::format("Invalid value: \"{}\": a valid label must be an empty string or consist of "
                      "alphanumeric characters, '-', '_' or '.', and must start and end with an "
                      "alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for "
                      "validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
                      text)));
    }
  }
  return {};
}

}  // namespace

bool is_dns_label(std::string_view name) {
  if (name.empty() || name.size() > 63 || name.front() == '-' || name.back() == '-') return false;
  return std::ranges::all_of(name, [](char letter) { return lower_alphanumeric(letter) || letter == '-'; });
}

bool is_dns_subdomain(std::string_view name) {
  if (name.empty() || name.size() > 253) return false;
  std::size_t start = 0;
  while (start <= name.size()) {
    std::size_t const dot = std::min(name.find('.', start), name.size());
    std::string_view const label = name.substr(start, dot - start);
    if (label.empty() || label.front() == '-' || label.back() == '-') return false;
    if (!std::ranges::all_of(label, [](char letter) { return lower_alphanumeric(letter) || letter == '-'; }))
      return false;
    start = dot + 1;
  }
  return true;
}

bool is_label_key(std::string_view key) {
  auto const slash = key.find('/');
  if (slash == std::string_view::npos) return is_qualified_part(key);
  return is_dns_subdomain(key.substr(0, slash)) && is_qualified_part(key.substr(slash + 1));
}

bool is_label_value(std::string_view value) { return value.empty() || is_qualified_part(value); }

Result<> check_metadata(kube::ResourceType const& type, kube::Object const& object) {
  std::string const name = get_string(object, "metadata.name");
  if (name.empty()) {
    return fail(invalid_error(type, "", "metadata.name", "Required value: name or generateName is required"));
  }
  bool const label_only = type == kube::namespace_type || type == kube::service_type;
  if (label_only ? !is_dns_label(name) : !is_dns_subdomain(name)) {
    return fail(invalid_error(
        type, name, "metadata.name",
        fmt::format("Invalid value: \"{}\": {}", name, label_only ? label_rule : subdomain_rule)));
  }
  if (auto const* labels = find(object, "metadata.labels"); labels != nullptr && !labels->is_null()) {
    TRY_VOID(check_labels(type, name, *labels));
  }
  auto const* annotations = find(object, "metadata.annotations");
  if (annotations != nullptr && !annotations->is_null()) {
    if (!annotations->is_object())
      return fail(bad_request_error("metadata.annotations must be an object of strings"));
    for (auto const& [key, value] : annotations->get_object()) {
      if (!value.is_string()) {
        return fail(
            bad_request_error(fmt::format("annotation \"{}\" must be a string", std::string_view(key))));
      }
    }
  }
  return {};
}

}  // namespace pgdrill::sandbox
