#include "harness/migrations/review/search_path.hpp"

#include <algorithm>
#include <set>

namespace pgdrill::review {

namespace {

class Resolver {
 public:
  Resolver(SearchPath const& path, Schema const& schema) : path_(&path), schema_(&schema) {}

  void resolve(json::value& value) {
    if (value.is_array()) {
      for (json::value& element : value.get_array()) resolve(element);
    } else if (value.is_object()) {
      resolve_object(value.get_object());
    }
  }

  void collect_queries(json::value const& value) {
    if (value.is_array()) {
      for (json::value const& element : value.get_array()) collect_queries(element);
    } else if (value.is_object()) {
      if (std::string name = get_string(value, "ctename"); !name.empty()) queries_.insert(std::move(name));
      for (auto const& [key, child] : value.get_object()) collect_queries(child);
    }
  }

  /// The objects of DROP TABLE and DROP TYPE: lists of names, each a list of its parts.
  void resolve_dropped(json::object& statement) {
    json::value const* const sort = statement.if_contains("removeType");
    json::value* const objects = statement.if_contains("objects");
    if (sort == nullptr || objects == nullptr || !objects->is_array()) return;
    bool const relation = *sort == "OBJECT_TABLE" || *sort == "OBJECT_VIEW" || *sort == "OBJECT_MATVIEW" ||
                          *sort == "OBJECT_INDEX";
    if (!relation) return;
    for (json::value& object : objects->get_array()) {
      if (auto* const list = object.as_object().if_contains("List"))
        resolve_parts(list->as_object()["items"], true);
    }
  }

 private:
  void resolve_object(json::object& object) {
    if (object.contains("relname") && !object.contains("schemaname")) resolve_relation(object);
    if (auto* const names = object.if_contains("names"); names != nullptr && object.contains("typemod"))
      resolve_parts(*names, false);
    for (std::string_view const list : {"typeName", "domainname"}) {
      if (auto* const names = object.if_contains(list); names != nullptr && names->is_array())
        resolve_parts(*names, false);
    }
    for (auto& [key, child] : object) resolve(child);
  }

  void resolve_relation(json::object& range) {
    std::string const name(std::string_view(range.at("relname").as_string()));
    if (queries_.contains(name) || name.starts_with("pg_")) return;
    range["schemaname"] = json::string(schema_of_relation(name));
  }

  /// A name as a list of its parts, of which there is one.
  void resolve_parts(json::value& parts, bool relation) {
    if (!parts.is_array() || parts.get_array().size() != 1) return;
    std::string const name = get_string(parts.get_array().front(), "String.sval");
    std::string const schema = relation ? schema_of_relation(name) : schema_of_type(name);
    if (!schema.empty())
      parts.get_array().insert(parts.get_array().begin(), json::object{{"String", {{"sval", schema}}}});
  }

  [[nodiscard]] std::string schema_of_relation(std::string const& name) const {
    auto const has = [&](std::string const& schema) { return schema_->table({schema, name}) != nullptr; };
    auto const found = std::find_if(path_->begin(), path_->end(), has);
    return found == path_->end() ? path_->front() : *found;
  }

  [[nodiscard]] std::string schema_of_type(std::string const& name) const {
    auto const has = [&](std::string const& schema) { return schema_->type({schema, name}) != nullptr; };
    auto const found = std::find_if(path_->begin(), path_->end(), has);
    return found == path_->end() ? "" : *found;
  }

  SearchPath const* path_;
  Schema const* schema_;
  std::set<std::string> queries_;  ///< names of WITH
};

}  // namespace

ParsedStatement with_schemas(ParsedStatement const& statement, SearchPath const& path, Schema const& schema) {
  ParsedStatement resolved{
      .arena = nullptr, .kind = statement.kind, .node = statement.node, .newer = statement.newer};
  if (path.empty()) return resolved;
  Resolver resolver(path, schema);
  resolver.collect_queries(resolved.node);
  if (resolved.kind == "DropStmt") resolver.resolve_dropped(resolved.node.as_object());
  resolver.resolve(resolved.node);
  return resolved;
}

}  // namespace pgdrill::review
