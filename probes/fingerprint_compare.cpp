#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "harness/base/text.hpp"
#include "probes/fingerprint_snapshot.hpp"

namespace pgdrill::probes {

namespace {

constexpr std::size_t longest_value = 300;

std::string words_of(json::value const* value) {
  if (value == nullptr) return "none";
  std::string text = value->is_string() ? std::string(value->as_string()) : canonical(*value);
  std::ranges::replace(text, '\n', ' ');
  if (text.empty()) return "none";
  if (text.size() > longest_value) text = text.substr(0, longest_value) + "...";
  return text;
}

/// A new column or table is said with what matters of it.
std::string what_it_is(CatalogueObject const& object) {
  json::value const whole(*object.attributes);
  if (object.kind == "setting") {
    std::vector<std::string> values;
    for (auto const& entry : *object.attributes)
      values.push_back(fmt::format("{} = {}", std::string(entry.key()), words_of(&entry.value())));
    return " (" + join(values, ", ") + ")";
  }
  if (object.kind == "default privileges") return " (" + words_of(member(&whole, "grants")) + ")";
  for (auto const* name : {"definition", "type", "labels", "kind"}) {
    if (auto const* const value = member(&whole, name)) return " (" + words_of(value) + ")";
  }
  return "";
}

/// Objects that are listed only while rights on them are others than at first: where one is missing, it has
/// those.
bool tells_rights_alone(std::string_view kind) {
  return kind.starts_with("installed ") || kind == "parameter";
}

void compare_first_rights(CatalogueObject const& object, bool is_there_now,
                          std::vector<engine::Difference>& into) {
  json::value const whole(*object.attributes);
  auto const* was = member(&whole, "grants without it");
  auto const* is = member(&whole, "grants");
  if (!is_there_now) std::swap(was, is);
  if (words_of(was) == words_of(is)) return;  // granted and taken back: the list is there, and says the same
  into.push_back({.object = object.kind + " " + object.identity,
                  .what = fmt::format("grants is {} instead of {}", words_of(is), words_of(was)),
                  .mend = set_back(object, "grants", was, is)});
}

json::object const& objects_of(json::object const& snapshot) {
  static json::object const none;
  auto const* const objects = snapshot.if_contains("objects");
  return objects != nullptr && objects->is_object() ? objects->as_object() : none;
}

json::object const& objects_of(json::object const& snapshot, std::string_view kind) {
  static json::object const none;
  auto const* const objects = objects_of(snapshot).if_contains(kind);
  return objects != nullptr && objects->is_object() ? objects->as_object() : none;
}

using Names = std::set<std::pair<std::string, std::string>>;  // kind, identity

/// Objects of one snapshot that the other lacks.
Names only_in(json::object const& one, json::object const& other) {
  Names names;
  for (auto const& kind : objects_of(one)) {
    auto const& others = objects_of(other, kind.key());
    for (auto const& object : kind.value().as_object()) {
      if (!others.contains(object.key())) names.emplace(kind.key(), object.key());
    }
  }
  return names;
}

bool holds_table(Names const& names, std::string const& identity) {
  return std::ranges::any_of(std::initializer_list<char const*>{"table", "view", "materialized view", "type"},
                             [&](char const* kind) { return names.contains({kind, identity}); });
}

/// True when what the object belongs to came or went too, and tells it.
bool told_by_another(Names const& names, std::string const& kind, std::string const& identity,
                     json::object const& attributes) {
  json::value const whole(attributes);
  if (kind == "column" || kind == "constraint" || kind == "trigger" || kind == "rule" || kind == "policy") {
    return holds_table(names, split_identity(identity).whole);
  }
  if (kind == "foreign key trigger") {
    std::string const constraint = identity.substr(0, identity.rfind(' '));
    return holds_table(names, split_identity(constraint).whole) ||
           std::ranges::any_of(names, [](auto const& name) { return name.first == "constraint"; });
  }
  if (kind == "index") {
    std::string const table = get_string(whole, "table");
    std::string const constraint = table + "." + get_string(whole, "constraint");
    std::string const parent = get_string(whole, "part of");
    return holds_table(names, table) || names.contains({"constraint", constraint}) ||
           (!parent.empty() && names.contains({"index", parent}));
  }
  if (kind == "sequence") {
    std::string const owner = get_string(whole, "owned by");
    return !owner.empty() &&
           (names.contains({"column", owner}) || holds_table(names, split_identity(owner).whole));
  }
  return false;
}

/// Positions may go on: recovery skips numbers, and an application draws some. A number drawn twice is wrong.
std::optional<engine::Difference> compare_position(CatalogueObject const& object, json::value const& was,
                                                   json::value const& is) {
  json::value const whole(*object.attributes);
  if (get_bool(whole, "cycle") || !was.is_int64() || !is.is_int64()) return std::nullopt;
  std::int64_t const increment = get_int(whole, "increment");
  std::int64_t const behind = increment > 0 ? was.as_int64() - is.as_int64() : is.as_int64() - was.as_int64();
  if (behind <= 0) return std::nullopt;
  return engine::Difference{
      .object = object.kind + " " + object.identity,
      .what = fmt::format("next value is {} instead of {}: it gives out numbers that were given out before",
                          is.as_int64(), was.as_int64()),
      .mend = set_back(object, "next value", &was, &is)};
}

/// Columns that both have, in another order; those that came or went are told by themselves.
std::optional<engine::Difference> compare_order(CatalogueObject const& object, json::value const& was,
                                                json::value const& is) {
  auto const common = [](json::array const& of, json::array const& with) {
    std::vector<std::string> names;
    for (auto const& name : of) {
      if (std::ranges::find(with, name) != with.end()) names.emplace_back(name.as_string());
    }
    return names;
  };
  auto const before = common(was.as_array(), is.as_array());
  auto const after = common(is.as_array(), was.as_array());
  if (before == after) return std::nullopt;
  return engine::Difference{
      .object = object.kind + " " + object.identity,
      .what = fmt::format("order of columns is {} instead of {}", join(after, ", "), join(before, ", "))};
}

void compare_attributes(CatalogueObject const& object, json::object const& now,
                        std::vector<engine::Difference>& into) {
  json::value const before(*object.attributes);
  json::value const after(now);
  std::set<std::string> names;
  for (auto const& attribute : before.as_object()) names.emplace(attribute.key());
  for (auto const& attribute : now) names.emplace(attribute.key());
  for (auto const& name : names) {
    auto const* const was = member(&before, name);
    auto const* const is = member(&after, name);
    if (was != nullptr && is != nullptr) {
      if (*was == *is) continue;
      if (name == "next value" || name == "columns") {
        auto special =
            name == "columns" ? compare_order(object, *was, *is) : compare_position(object, *was, *is);
        if (special) into.push_back(std::move(*special));
        continue;
      }
    }
    if (name == "next value") continue;         // no right to read it, at one of both times
    if (name == "grants without it") continue;  // told by the version of what brought the object
    into.push_back({.object = object.kind + " " + object.identity,
                    .what = fmt::format("{} is {} instead of {}", name, words_of(is), words_of(was)),
                    .mend = set_back(object, name, was, is)});
  }
}

}  // namespace

NameParts split_identity(std::string_view identity) {
  bool quoted = false;
  std::size_t last = std::string_view::npos;
  for (std::size_t at = 0; at < identity.size(); ++at) {
    if (identity[at] == '"') quoted = !quoted;
    if (identity[at] == '.' && !quoted) last = at;
  }
  if (last == std::string_view::npos) return {.whole = "", .part = std::string(identity)};
  return {.whole = std::string(identity.substr(0, last)), .part = std::string(identity.substr(last + 1))};
}

std::vector<engine::Difference> compare_fingerprints(json::object const& before, json::object const& after) {
  std::vector<engine::Difference> result;
  // PostgreSQL's own text of definitions differs between its major versions.
  for (auto const& [name, of] :
       {std::pair{"algorithm", "pgdrill"}, std::pair{"server_major", "PostgreSQL"}}) {
    auto const* const was = before.if_contains(name);
    auto const* const is = after.if_contains(name);
    if (was == nullptr || is == nullptr || *was == *is) continue;
    return {{.object = "schema",
             .what = fmt::format("was captured by another version of {}: it cannot be compared", of)}};
  }
  Names const gone = only_in(before, after);
  Names const fresh = only_in(after, before);
  for (auto const& kind : objects_of(before)) {
    for (auto const& entry : kind.value().as_object()) {
      CatalogueObject const object{kind.key(), entry.key(), &entry.value().as_object()};
      auto const* const now = objects_of(after, kind.key()).if_contains(entry.key());
      if (now != nullptr) {
        compare_attributes(object, now->as_object(), result);
      } else if (tells_rights_alone(object.kind)) {
        compare_first_rights(object, false, result);
      } else if (!told_by_another(gone, object.kind, object.identity, *object.attributes)) {
        result.push_back({.object = object.kind + " " + object.identity,
                          .what = "is gone" + what_it_is(object),
                          .mend = make_again(object, before)});
      }
    }
  }
  for (auto const& [kind, identity] : fresh) {
    CatalogueObject const object{kind, identity, &objects_of(after, kind).at(identity).as_object()};
    if (tells_rights_alone(kind)) compare_first_rights(object, true, result);
    if (tells_rights_alone(kind)) continue;
    if (told_by_another(fresh, kind, identity, *object.attributes)) continue;
    result.push_back(
        {.object = kind + " " + identity, .what = "is new" + what_it_is(object), .mend = drop_again(object)});
  }
  // An owner first: a new owner takes grants with it.
  std::ranges::sort(result, {}, [](engine::Difference const& difference) {
    return std::tuple(difference.object, !difference.what.starts_with("owner is"), difference.what);
  });
  return result;
}

}  // namespace pgdrill::probes
