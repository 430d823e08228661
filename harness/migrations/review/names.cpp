#include "harness/migrations/review/names.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "harness/migrations/review/parser.hpp"

namespace pgdrill::review {

bool same_relation(Name const& left, Name const& right) {
  auto const schema = [](Name const& name) {
    return name.schema.empty() ? std::string_view("public") : std::string_view(name.schema);
  };
  return left.name == right.name && schema(left) == schema(right);
}

namespace {

template <class Visit>
void visit_nodes(json::value const& value, Visit& visit) {
  if (value.is_array()) {
    for (json::value const& element : value.as_array()) visit_nodes(element, visit);
  } else if (value.is_object()) {
    for (auto const& [key, child] : value.as_object()) {
      if (child.is_object()) visit(Node{{key.data(), key.size()}, &child});
      visit_nodes(child, visit);
    }
  }
}

void add_once(std::vector<std::string>& to, std::string text) {
  if (!text.empty() && std::find(to.begin(), to.end(), text) == to.end()) to.push_back(std::move(text));
}

/// In quotes when PostgreSQL would fold it or not read it as one name. What no parser could read stays as it
/// is.
std::string quoted(std::string const& name) {
  bool const folds =
      std::any_of(name.begin(), name.end(), [](unsigned char c) { return std::isupper(c) != 0 || c == '-'; });
  bool const is_name = name.find_first_of("\" (") == std::string::npos;
  return folds && is_name ? '"' + name + '"' : name;
}

}  // namespace

std::string Type::text() const {
  std::string out = schema.empty() ? quoted(name) : quoted(schema) + "." + quoted(name);
  if (!modifiers.empty()) out += fmt::format("({})", fmt::join(modifiers, ","));
  return array ? out + "[]" : out;
}

bool is_common_type(std::string const& name) {
  // pg_type of PostgreSQL 18 without its catalogue's own; then citext, hstore, ltree, cube, isn, PostGIS,
  // pgvector.
  static std::set<std::string, std::less<>> const names{
      "bit",          "bool",           "box",           "bpchar",       "bytea",
      "char",         "cidr",           "circle",        "date",         "datemultirange",
      "daterange",    "float4",         "float8",        "inet",         "int2",
      "int4",         "int4multirange", "int4range",     "int8",         "int8multirange",
      "int8range",    "interval",       "json",          "jsonb",        "jsonpath",
      "line",         "lseg",           "macaddr",       "macaddr8",     "money",
      "name",         "numeric",        "nummultirange", "numrange",     "oid",
      "path",         "pg_lsn",         "pg_snapshot",   "point",        "polygon",
      "refcursor",    "regclass",       "regcollation",  "regconfig",    "regdictionary",
      "regnamespace", "regoper",        "regoperator",   "regproc",      "regprocedure",
      "regrole",      "regtype",        "text",          "tid",          "time",
      "timestamp",    "timestamptz",    "timetz",        "tsmultirange", "tsquery",
      "tsrange",      "tstzmultirange", "tstzrange",     "tsvector",     "txid_snapshot",
      "uuid",         "varbit",         "varchar",       "xid",          "xid8",
      "xml",          "serial",         "serial2",       "serial4",      "serial8",
      "bigserial",    "smallserial",    "citext",        "hstore",       "ltree",
      "lquery",       "ltxtquery",      "cube",          "seg",          "isbn",
      "issn",         "ean13",          "geometry",      "geography",    "box2d",
      "box3d",        "raster",         "vector",        "halfvec",      "sparsevec"};
  return names.contains(name);
}

json::array const& list_of(json::value const* value) {
  static json::array const none;
  return value != nullptr && value->is_array() ? value->as_array() : none;
}

Node node_of(json::value const& value) {
  if (!value.is_object() || value.as_object().size() != 1) return {};
  auto const& member = *value.as_object().begin();
  return {{member.key().data(), member.key().size()}, &member.value()};
}

Name name_of(json::value const* range_var) {
  if (range_var == nullptr) return {};
  return {get_string(*range_var, "schemaname"), get_string(*range_var, "relname")};
}

std::vector<std::string> strings_of(json::value const* list) {
  std::vector<std::string> texts;
  for (json::value const& element : list_of(list)) texts.push_back(get_string(element, "String.sval"));
  return texts;
}

Name name_of_list(json::value const* strings) {
  std::vector<std::string> const parts = strings_of(strings);
  if (parts.empty()) return {};
  return {parts.size() > 1 ? parts[parts.size() - 2] : "", parts.back()};
}

Type type_of(json::value const* type_name) {
  if (type_name == nullptr) return {};
  Name const name = name_of_list(find(*type_name, "names"));
  Type type{name.name, name.schema == "pg_catalog" ? "" : name.schema, {}, false};
  for (json::value const& modifier : list_of(find(*type_name, "typmods"))) {
    if (node_of(modifier).kind != "A_Const") return type;  // an interval's fields, say
    type.modifiers.push_back(static_cast<int>(get_int(modifier, "A_Const.ival.ival")));
  }
  type.array = !list_of(find(*type_name, "arrayBounds")).empty();
  // bpchar's default length and interval's "no fields" are not written by people.
  if (type.name == "interval" && !type.modifiers.empty() && type.modifiers.front() == 32767)
    type.modifiers.erase(type.modifiers.begin());
  return type;
}

Type parse_type(std::string const& text) {
  auto const parsed = parse_statement("SELECT NULL::" + text);
  if (!parsed) return {text, "", {}, false};
  json::array const& targets = list_of(find(parsed->node, "targetList"));
  if (targets.empty()) return {text, "", {}, false};
  return type_of(find(targets.front(), "ResTarget.val.TypeCast.typeName"));
}

bool any_node(json::value const& value, bool (*test)(Node const&)) {
  bool found = false;
  auto visit = [&](Node const& node) { found = found || test(node); };
  visit_nodes(value, visit);
  return found;
}

std::vector<std::string> columns_in(json::value const& expression) {
  std::vector<std::string> columns;
  auto visit = [&](Node const& node) {
    if (node.kind != "ColumnRef") return;
    std::vector<std::string> const fields = strings_of(find(*node.content, "fields"));
    if (!fields.empty()) add_once(columns, fields.back());
  };
  visit_nodes(expression, visit);
  return columns;
}

std::vector<std::string> functions_in(json::value const& expression) {
  std::vector<std::string> functions;
  auto visit = [&](Node const& node) {
    if (node.kind == "FuncCall") add_once(functions, name_of_list(find(*node.content, "funcname")).name);
  };
  visit_nodes(expression, visit);
  return functions;
}

}  // namespace pgdrill::review
