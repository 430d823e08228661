// Names and types as they stand in parse nodes.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "harness/base/json.hpp"

namespace pgdrill::review {

/// A relation's name; two are the same object when they are equal after `in_public`.
struct Name {
  std::string schema;  ///< empty: found by the search path
  std::string name;

  [[nodiscard]] std::string text() const { return schema.empty() ? name : schema + "." + name; }
  /// Without a schema the first of the default search path is meant.
  [[nodiscard]] Name in_public() const { return {schema.empty() ? "public" : schema, name}; }
  [[nodiscard]] bool empty() const { return name.empty(); }
  friend bool operator==(Name const&, Name const&) = default;
};
/// Whether both are in_public() the same.
[[nodiscard]] bool same_relation(Name const& left, Name const& right);

/// A data type without its schema pg_catalog, under PostgreSQL's internal name: int4, varchar, timestamptz.
struct Type {
  std::string name;
  std::string schema;          ///< for a type that is not built in
  std::vector<int> modifiers;  ///< varchar(20): {20}; numeric(10,2): {10, 2}
  bool array = false;

  /// As it is written in SQL: "varchar(20)[]".
  [[nodiscard]] std::string text() const;
  friend bool operator==(Type const&, Type const&) = default;
};

/// Whether a name without a schema is a type of PostgreSQL itself, or of an extension that many use: no
/// domain.
[[nodiscard]] bool is_common_type(std::string const& name);

[[nodiscard]] Name name_of(json::value const* range_var);
/// From a list of String nodes: {"a", "b"} is a.b.
[[nodiscard]] Name name_of_list(json::value const* strings);
[[nodiscard]] Type type_of(json::value const* type_name);
/// Reads SQL's spelling, as format_type() gives it: "character varying(20)". Unknown spellings keep their
/// words.
[[nodiscard]] Type parse_type(std::string const& text);
/// The texts of a list of String nodes.
[[nodiscard]] std::vector<std::string> strings_of(json::value const* list);
/// Members of a list; empty for null and for what is no list.
[[nodiscard]] json::array const& list_of(json::value const* value);
/// Name and content of a node {"Constraint": {...}}; empty and null for anything else.
struct Node {
  std::string_view kind;
  json::value const* content = nullptr;
};
[[nodiscard]] Node node_of(json::value const& value);

/// Whether any node below `value` satisfies `test`.
[[nodiscard]] bool any_node(json::value const& value, bool (*test)(Node const&));
/// Columns that an expression names, in order, each once.
[[nodiscard]] std::vector<std::string> columns_in(json::value const& expression);
/// Functions that an expression calls, without schema, in order.
[[nodiscard]] std::vector<std::string> functions_in(json::value const& expression);

}  // namespace pgdrill::review
