// The history as an SQLite file (https://sqlite.org/c3ref/intro.html): several jobs may write to it at once.
#include <sqlite3.h>

#include "reports/gate/history.hpp"

namespace pgdrill::reports {

namespace {

constexpr int busy_milliseconds = 10'000;

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;

struct EndStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, EndStatement>;

tl::unexpected<Error> problem_of(Database const& database, std::filesystem::path const& path) {
  return fail({.kind = ErrorKind::io,
               .what = "the history cannot be used",
               .where = path.string(),
               .why = database == nullptr ? "it cannot be opened" : sqlite3_errmsg(database.get())});
}

Result<Database> open(std::filesystem::path const& path, int flags) {
  sqlite3* opened = nullptr;
  int const code = sqlite3_open_v2(path.c_str(), &opened, flags, nullptr);
  Database database(opened);
  if (code != SQLITE_OK) return problem_of(database, path);
  sqlite3_busy_timeout(opened, busy_milliseconds);
  return database;
}

Result<Statement> prepare(Database const& database, std::filesystem::path const& path, char const* sql) {
  sqlite3_stmt* prepared = nullptr;
  if (sqlite3_prepare_v2(database.get(), sql, -1, &prepared, nullptr) != SQLITE_OK)
    return problem_of(database, path);
  return Statement(prepared);
}

void bind_text(Statement const& statement, int index, std::string const& text) {
  sqlite3_bind_text(statement.get(), index, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
}

}  // namespace

Result<History> read_sqlite(std::filesystem::path const& path) {
  // As `touch` or a CI cache makes it: no table yet, and a history all the same.
  std::error_code ignored;
  if (std::filesystem::file_size(path, ignored) == 0) return History();
  TRY(Database const database, open(path, SQLITE_OPEN_READONLY));
  TRY(Statement const statement, prepare(database, path, "SELECT document FROM entry ORDER BY id"));
  History history;
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(statement.get())) == SQLITE_ROW) {
    auto const* const text = reinterpret_cast<char const*>(sqlite3_column_text(statement.get(), 0));
    Result<json::value> const entry = parse_json(text == nullptr ? "" : text, path.string());
    if (entry && entry->is_object()) {
      add_entry(history, entry->get_object());
    } else {
      ++history.unreadable;
    }
  }
  if (code != SQLITE_DONE) return problem_of(database, path);
  return history;
}

Result<> append_sqlite(std::filesystem::path const& path, json::object const& entry) {
  TRY(Database const database, open(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
  char const* const table =
      "CREATE TABLE IF NOT EXISTS entry (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, scenario TEXT NOT NULL,"
      " started TEXT NOT NULL, document TEXT NOT NULL)";
  if (sqlite3_exec(database.get(), table, nullptr, nullptr, nullptr) != SQLITE_OK)
    return problem_of(database, path);
  TRY(Statement const statement,
      prepare(database, path, "INSERT INTO entry (kind, scenario, started, document) VALUES (?, ?, ?, ?)"));
  json::value const document = entry;
  bind_text(statement, 1, get_string(document, "kind"));
  bind_text(statement, 2, get_string(document, "scenario"));
  bind_text(statement, 3, get_string(document, "started"));
  bind_text(statement, 4, json::serialize(document));
  if (sqlite3_step(statement.get()) != SQLITE_DONE) return problem_of(database, path);
  return {};
}

}  // namespace pgdrill::reports
