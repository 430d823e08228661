#include "harness/migrations/audit/replay.hpp"

#include <algorithm>

#include "harness/migrations/review/dialect.hpp"
#include "harness/migrations/review/lexer.hpp"
#include "harness/migrations/review/sql_file.hpp"

namespace pgdrill::migrations {

namespace {

using review::ActionKind;

/// Tables of a session are gone with it.
bool is_temporary(review::Action const& action) {
  if (action.kind != ActionKind::create_table || action.node == nullptr) return false;
  return get_string(*action.node, "relation.relpersistence") == "t";
}

void note_maker(Replay& replay, review::Action const& action, std::string const& path) {
  if (action.kind == ActionKind::create_table) replay.makers[action.table.name] = path;
  if (action.kind == ActionKind::rename_table) replay.makers[action.name] = path;
  if (action.kind == ActionKind::add_column) replay.makers[action.table.name + "." + action.column] = path;
  if (action.kind == ActionKind::rename_column) replay.makers[action.table.name + "." + action.name] = path;
}

void replay_statement(Replay& replay, review::Statement const& statement, std::string const& path) {
  if (!statement.parsed) {
    if (replay.unread.empty() || replay.unread.back() != path) replay.unread.push_back(path);
    return;
  }
  for (review::Action const& action : review::actions_of(*statement.parsed, statement.text)) {
    if (is_temporary(action)) continue;
    note_maker(replay, action, path);
    replay.schema.apply(action, statement.text);
  }
}

/// PostgreSQL keeps no default that is NULL and nothing else.
bool is_null(std::string const& expression) {
  std::vector<review::Token> const tokens = review::tokenize(expression);
  return tokens.empty() || review::is_word(expression, tokens.front(), "null");
}

void expect(review::Name const& table, review::Column const& column, std::vector<ExpectedColumn>& into) {
  if (column.written_default.empty() || is_null(column.written_default)) return;
  into.push_back({table.schema, table.name, column.name, column.written_default});
}

}  // namespace

void replay_more(Replay& replay, std::vector<SourceFile> const& files) {
  std::vector<SourceFile const*> sql;
  for (SourceFile const& file : files) {
    if (file.path.ends_with(".sql")) sql.push_back(&file);
  }
  std::ranges::sort(
      sql, [](SourceFile const* a, SourceFile const* b) { return review::runs_before(a->path, b->path); });
  for (SourceFile const* file : sql) {
    review::SqlFile const read = review::read_sql(file->path, file->content);
    for (review::Section const& section : read.sections) {
      if (section.direction != review::Direction::up) continue;
      for (review::Statement const& statement : section.statements)
        replay_statement(replay, statement, file->path);
    }
    replay.schema.settle();
  }
}

Replay replay(std::vector<SourceFile> const& files) {
  Replay result;
  replay_more(result, files);
  return result;
}

std::vector<ExpectedColumn> expected_columns(std::vector<SourceFile> const& applied,
                                             std::vector<SourceFile> const& pending) {
  Replay const done = replay(applied);
  Replay all = done;
  replay_more(all, pending);
  std::vector<ExpectedColumn> expected;
  for (review::Table const* const table : done.schema.tables()) {
    for (review::Column const& column : table->columns) expect(table->name, column, expected);
  }
  for (review::Table const* const table : all.schema.tables()) {
    review::Table const* const before = done.schema.table(table->name);
    for (review::Column const& column : table->columns) {
      bool const is_new = before == nullptr || before->column(column.name) == nullptr;
      if (is_new) expect(table->name, column, expected);
    }
  }
  return expected;
}

}  // namespace pgdrill::migrations
