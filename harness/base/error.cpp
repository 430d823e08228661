#include "harness/base/error.hpp"

namespace pgdrill {

std::string describe(Error const& error) {
  std::string text = error.what;
  if (!error.why.empty()) text += (text.empty() ? "" : ": ") + error.why;
  if (!error.where.empty()) text += " (" + error.where + ")";
  if (!error.code.empty() && error.kind == ErrorKind::postgres) text += " [SQLSTATE " + error.code + "]";
  if (!error.todo.empty()) text += "\n  to mend it: " + error.todo;
  return text;
}

std::string_view name_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage:
      return "usage";
    case ErrorKind::unreachable:
      return "unreachable";
    case ErrorKind::refused:
      return "refused";
    case ErrorKind::not_found:
      return "not-found";
    case ErrorKind::conflict:
      return "conflict";
    case ErrorKind::gone:
      return "gone";
    case ErrorKind::invalid:
      return "invalid";
    case ErrorKind::timeout:
      return "timeout";
    case ErrorKind::postgres:
      return "postgres";
    case ErrorKind::io:
      return "io";
    case ErrorKind::cancelled:
      return "cancelled";
    case ErrorKind::internal:
      return "internal";
  }
  return "internal";
}

}  // namespace pgdrill
