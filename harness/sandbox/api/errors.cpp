#include "harness/sandbox/api/errors.hpp"

#include <fmt/format.h>

namespace pgdrill::sandbox {
namespace {

Error make(ErrorKind kind, int status, std::string reason, std::string message) {
  return {.kind = kind,
          .what = "the API refused",
          .why = std::move(message),
          .code = std::move(reason),
          .status = status};
}

struct Reason {
  ErrorKind kind;
  int status;
  std::string_view reason;
};

// What a failure of another part (kubelet, files) becomes when a client asked for it.
Reason reason_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::not_found:
      return {kind, 404, "NotFound"};
    case ErrorKind::conflict:
      return {kind, 409, "Conflict"};
    case ErrorKind::gone:
      return {kind, 410, "Expired"};
    case ErrorKind::invalid:
    case ErrorKind::usage:
      return {kind, 400, "BadRequest"};
    case ErrorKind::refused:
      return {kind, 403, "Forbidden"};
    case ErrorKind::timeout:
      return {kind, 504, "Timeout"};
    default:
      return {kind, 500, "InternalError"};
  }
}

json::array causes_of(Error const& error) {
  json::array causes;
  auto const start = error.why.find(" is invalid: ");
  if (error.code != "Invalid" || start == std::string::npos) return causes;
  std::string const rest = error.why.substr(start + 13);
  auto const colon = rest.find(": ");
  if (colon == std::string::npos) return causes;
  std::string const message = rest.substr(colon + 2);
  std::string_view reason = "FieldValueInvalid";
  if (message.starts_with("Required value")) reason = "FieldValueRequired";
  if (message.starts_with("Forbidden")) reason = "FieldValueForbidden";
  causes.push_back(json::object{{"reason", reason}, {"message", message}, {"field", rest.substr(0, colon)}});
  return causes;
}

}  // namespace

std::string qualified_name(kube::ResourceType const& type) {
  if (type.group.empty()) return std::string(type.plural);
  return fmt::format("{}.{}", type.plural, type.group);
}

Error not_found_error(kube::ResourceType const& type, std::string_view name) {
  return make(ErrorKind::not_found, 404, "NotFound",
              fmt::format("{} \"{}\" not found", qualified_name(type), name));
}

Error already_exists_error(kube::ResourceType const& type, std::string_view name) {
  return make(ErrorKind::conflict, 409, "AlreadyExists",
              fmt::format("{} \"{}\" already exists", qualified_name(type), name));
}

Error conflict_error(kube::ResourceType const& type, std::string_view name, std::string_view why) {
  return make(ErrorKind::conflict, 409, "Conflict",
              fmt::format("Operation cannot be fulfilled on {} \"{}\": {}", qualified_name(type), name, why));
}

Error invalid_error(kube::ResourceType const& type, std::string_view name, std::string_view field,
                    std::string_view detail) {
  std::string const kind =
      type.group.empty() ? std::string(type.kind) : fmt::format("{}.{}", type.kind, type.group);
  return make(ErrorKind::invalid, 422, "Invalid",
              fmt::format("{} \"{}\" is invalid: {}: {}", kind, name, field, detail));
}

Error bad_request_error(std::string message) {
  return make(ErrorKind::invalid, 400, "BadRequest", std::move(message));
}

Error forbidden_error(kube::ResourceType const& type, std::string_view name, std::string_view why) {
  return make(ErrorKind::refused, 403, "Forbidden",
              fmt::format("{} \"{}\" is forbidden: {}", qualified_name(type), name, why));
}

Error expired_error(std::uint64_t version, std::uint64_t oldest) {
  return make(ErrorKind::gone, 410, "Expired",
              fmt::format("too old resource version: {} ({})", version, oldest));
}

Error api_error(int status, std::string reason, std::string message) {
  ErrorKind const kind = status == 401 || status == 403 ? ErrorKind::refused
                         : status == 404                ? ErrorKind::not_found
                         : status == 409                ? ErrorKind::conflict
                         : status >= 500                ? ErrorKind::internal
                                                        : ErrorKind::invalid;
  return make(kind, status, std::move(reason), std::move(message));
}

json::object status_of(Error const& error, kube::ResourceType const* type, std::string_view name) {
  Reason const fallback = reason_of(error.kind);
  int const code = error.status != 0 ? error.status : fallback.status;
  json::object status{{"kind", "Status"},
                      {"apiVersion", "v1"},
                      {"metadata", json::object()},
                      {"status", "Failure"},
                      {"message", error.why.empty() ? error.what : error.why},
                      {"reason", error.code.empty() ? std::string(fallback.reason) : error.code}};
  json::object details;
  if (!name.empty()) details["name"] = name;
  if (type != nullptr) {
    if (!type->group.empty()) details["group"] = type->group;
    details["kind"] = error.code == "Invalid" ? type->kind : type->plural;
  }
  json::array causes = causes_of(error);
  if (!causes.empty()) details["causes"] = std::move(causes);
  if (!details.empty()) status["details"] = std::move(details);
  status["code"] = code;
  return status;
}

}  // namespace pgdrill::sandbox
