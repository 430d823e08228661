#include "harness/postgres/connection_string.hpp"

#include <libpq-fe.h>

#include <charconv>

namespace pgdrill::postgres {

namespace {

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
using Options = std::unique_ptr<PQconninfoOption, FreeOptions>;

void apply(PQconninfoOption const& option, ConnectionParameters& into) {
  if (option.val == nullptr || *option.val == '\0') return;
  std::string_view const keyword = option.keyword;
  std::string const value = option.val;
  if (keyword == "host") into.host = value;
  if (keyword == "hostaddr") into.host_address = value;
  if (keyword == "port") std::from_chars(value.data(), value.data() + value.size(), into.port);
  if (keyword == "user") into.user = value;
  if (keyword == "password") into.password = value;
  if (keyword == "dbname") into.database = value;
  if (keyword == "sslmode") into.ssl_mode = value;
  if (keyword == "application_name") into.application_name = value;
}

void apply_all(Options const& options, ConnectionParameters& into) {
  for (PQconninfoOption const* option = options.get(); option != nullptr && option->keyword != nullptr;
       ++option) {
    apply(*option, into);
  }
}

}  // namespace

bool is_connection_string(std::string_view text) {
  return text.starts_with("postgresql://") || text.starts_with("postgres://") ||
         text.find('=') != std::string_view::npos;
}

Result<ConnectionParameters> parse_connection_string(std::string const& text) {
  // What libpq says about a wrong string may repeat a part of it, and so of a password.
  char* message = nullptr;
  Options const given(PQconninfoParse(text.c_str(), &message));
  if (message != nullptr) PQfreemem(message);
  if (given == nullptr) {
    return fail(
        {.kind = ErrorKind::usage,
         .what = "cannot read the connection string",
         .why = "it is neither a URI of PostgreSQL nor a list of key=value",
         .todo = "write postgresql://USER@HOST:PORT/DATABASE, with the password in PGPASSWORD or ~/.pgpass"});
  }
  ConnectionParameters result;
  std::string const name = result.application_name;
  apply_all(Options(PQconndefaults()), result);
  result.application_name = name;
  apply_all(given, result);
  if (result.database.empty()) result.database = result.user;
  return result;
}

}  // namespace pgdrill::postgres
