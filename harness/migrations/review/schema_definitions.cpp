// Definitions of columns and constraints, read from parse nodes.
#include <algorithm>

#include "harness/migrations/review/schema.hpp"

namespace pgdrill::review {

namespace {

std::string joined(std::vector<std::string> const& parts) {
  std::string out;
  for (std::string const& part : parts) out += "_" + part;
  return out;
}

/// The name that PostgreSQL chooses when none is given (ChooseConstraintName, without its cut at 63 bytes).
std::string generated_name(Name const& table, Constraint const& constraint) {
  switch (constraint.kind) {
    case 'p':
      return table.name + "_pkey";
    case 'u':
      return table.name + joined(constraint.columns) + "_key";
    case 'f':
      return table.name + joined(constraint.columns) + "_fkey";
    case 'x':
      return table.name + joined(constraint.columns) + "_excl";
    default:
      return table.name + (constraint.columns.size() == 1 ? joined(constraint.columns) : "") + "_check";
  }
}

bool proves_not_null(json::value const* expression) {
  return expression != nullptr && get_string(*expression, "NullTest.nulltesttype") == "IS_NOT_NULL" &&
         find(*expression, "NullTest.arg.ColumnRef") != nullptr;
}

std::string serial_base(std::string const& name) {
  if (name == "serial" || name == "serial4") return "int4";
  if (name == "bigserial" || name == "serial8") return "int8";
  if (name == "smallserial" || name == "serial2") return "int2";
  return {};
}

/// As quote_ident() does it, but for keywords.
std::string quoted_where_needed(std::string const& name) {
  bool const plain = !name.empty() &&
                     name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos &&
                     (name.front() < '0' || name.front() > '9');
  if (plain) return name;
  std::string quoted = "\"";
  for (char const c : name) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

char kind_of(std::string const& contype) {
  if (contype == "CONSTR_FOREIGN") return 'f';
  if (contype == "CONSTR_PRIMARY") return 'p';
  if (contype == "CONSTR_UNIQUE") return 'u';
  if (contype == "CONSTR_EXCLUSION") return 'x';
  return 'c';
}

}  // namespace

Constraint read_constraint(json::value const& constraint, Name const& table, std::string const& column) {
  Constraint read{.name = get_string(constraint, "conname"),
                  .kind = kind_of(get_string(constraint, "contype")),
                  .valid = !get_bool(constraint, "skip_validation")};
  json::value const* const expression = find(constraint, "raw_expr");
  if (read.kind == 'f') {
    read.columns = strings_of(find(constraint, "fk_attrs"));
    read.referenced = name_of(find(constraint, "pktable"));
    read.referenced_columns = strings_of(find(constraint, "pk_attrs"));
  } else if (read.kind == 'c' && expression != nullptr) {
    read.columns = columns_in(*expression);
    read.proves_not_null = proves_not_null(expression);
  } else {
    read.columns = strings_of(find(constraint, "keys"));
  }
  if (read.columns.empty() && !column.empty()) read.columns = {column};
  if (read.name.empty()) read.name = generated_name(table, read);
  return read;
}

std::string read_collation(json::value const& definition) {
  std::vector<std::string> const parts = strings_of(find(definition, "collClause.collname"));
  if (parts.empty() || parts.back() == "default") return {};
  std::string sql;
  for (std::string const& part : parts) sql += (sql.empty() ? "" : ".") + quoted_where_needed(part);
  return sql;
}

bool same_collation(std::string const& left, std::string const& right) {
  return left == right ||
         (!left.empty() && !right.empty() && (left.ends_with("." + right) || right.ends_with("." + left)));
}

ColumnDefinition read_column(json::value const& definition, Name const& table) {
  ColumnDefinition read;
  read.column.name = get_string(definition, "colname");
  read.column.type = type_of(find(definition, "typeName"));
  read.column.written_collation = read_collation(definition);
  if (std::string const base = serial_base(read.column.type.name); !base.empty()) {
    read.is_serial = true;
    read.column.type.name = base;
    read.column.not_null = true;
    read.column.default_text = replayed_default;
  }
  for (json::value const& element : list_of(find(definition, "constraints"))) {
    json::value const* const constraint = find(element, "Constraint");
    if (constraint == nullptr) continue;
    std::string const contype = get_string(*constraint, "contype");
    if (contype == "CONSTR_NOTNULL" || contype == "CONSTR_PRIMARY") read.column.not_null = true;
    if (contype == "CONSTR_DEFAULT") {
      read.default_expression = find(*constraint, "raw_expr");
      read.column.default_text = replayed_default;
    }
    if (contype == "CONSTR_GENERATED") {
      read.generated_expression = find(*constraint, "raw_expr");
      read.column.generated = true;
    }
    if (contype == "CONSTR_IDENTITY") read.column.identity = read.column.not_null = true;
    bool const is_constraint = contype == "CONSTR_CHECK" || contype == "CONSTR_FOREIGN" ||
                               contype == "CONSTR_PRIMARY" || contype == "CONSTR_UNIQUE";
    if (is_constraint) read.constraints.push_back(read_constraint(*constraint, table, read.column.name));
  }
  return read;
}

}  // namespace pgdrill::review
