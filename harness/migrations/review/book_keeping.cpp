#include "harness/migrations/review/book_keeping.hpp"

namespace pgdrill::review {

namespace {

constexpr std::string_view version_column = "version_num";
constexpr std::string_view usual_table = "alembic_version";

/// One element, which names the version.
bool only_version(json::array const& columns, std::string_view name) {
  return columns.size() == 1 && get_string(columns.front(), name) == version_column;
}

/// Its one column; the primary key stands beside it.
bool makes_version_table(json::value const& statement) {
  std::size_t columns = 0;
  bool version = false;
  for (json::value const& element : list_of(find(statement, "tableElts"))) {
    json::value const* const column = find(element, "ColumnDef");
    if (column == nullptr) continue;
    ++columns;
    version = version || get_string(*column, "colname") == version_column;
  }
  return version && columns == 1;
}

/// DELETE FROM t WHERE t.version_num = '...'
bool asks_for_version(json::value const& statement) {
  json::array const& fields = list_of(find(statement, "whereClause.A_Expr.lexpr.ColumnRef.fields"));
  return !fields.empty() && get_string(fields.back(), "String.sval") == version_column;
}

bool drops_usual_table(json::value const& statement) {
  json::array const& dropped = list_of(find(statement, "objects"));
  if (dropped.size() != 1) return false;
  std::vector<std::string> const name = strings_of(find(dropped.front(), "List.items"));
  return !name.empty() && name.back() == usual_table;
}

}  // namespace

bool is_book_keeping(SqlFile const& file, Statement const& statement) {
  if (file.tool != "Alembic" || !statement.parsed) return false;
  json::value const& node = statement.parsed->node;
  std::string const& kind = statement.parsed->kind;
  if (kind == "CreateStmt") return makes_version_table(node);
  if (kind == "InsertStmt") return only_version(list_of(find(node, "cols")), "ResTarget.name");
  if (kind == "UpdateStmt") return only_version(list_of(find(node, "targetList")), "ResTarget.name");
  if (kind == "DeleteStmt") return asks_for_version(node);
  return kind == "DropStmt" && drops_usual_table(node);
}

}  // namespace pgdrill::review
