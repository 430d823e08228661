// The schema as facts, object by object: what differs is said in words. Content (rows, a sequence's position,
// statistics) is not part of it, nor is what a harmless rewrite changes (OIDs, files, gaps of dropped
// columns).
#include <fmt/format.h>

#include <algorithm>
#include <pqxx/pqxx>

#include "harness/engine/registry.hpp"
#include "probes/fingerprint_queries.hpp"

namespace pgdrill::probes {

namespace {

constexpr auto limit = std::chrono::seconds(60);
constexpr std::size_t longest_value = 300;

Result<> read_objects(pqxx::transaction_base& transaction, CatalogueQuery const& query,
                      json::object& objects) {
  for (auto const& row : transaction.exec(query.sql)) {
    TRY(json::value const found, parse_json(row[1].c_str(), query.kind));
    json::object attributes;
    for (auto const& attribute : found.as_object()) {
      if (!attribute.value().is_null()) attributes.emplace(attribute.key(), attribute.value());
    }
    objects[query.kind + " " + row[0].c_str()] = std::move(attributes);
  }
  return {};
}

std::string words_of(json::value const* value) {
  if (value == nullptr) return "none";
  std::string text = value->is_string() ? std::string(value->as_string()) : canonical(*value);
  std::ranges::replace(text, '\n', ' ');
  if (text.empty()) return "none";
  if (text.size() > longest_value) text = text.substr(0, longest_value) + "...";
  return text;
}

/// A new column or table is said with what matters of it.
std::string what_it_is(json::value const& attributes) {
  for (auto const* name : {"definition", "type", "kind", "labels"}) {
    if (auto const* const value = member(&attributes, name)) return " (" + words_of(value) + ")";
  }
  return "";
}

void compare_attributes(std::string const& object, json::value const& before, json::value const& after,
                        std::vector<engine::Difference>& into) {
  std::vector<std::string> names;
  for (auto const& attribute : before.as_object()) names.emplace_back(attribute.key());
  for (auto const& attribute : after.as_object()) {
    if (!before.as_object().contains(attribute.key())) names.emplace_back(attribute.key());
  }
  std::ranges::sort(names);
  for (auto const& name : names) {
    auto const* const was = member(&before, name);
    auto const* const is = member(&after, name);
    if (was != nullptr && is != nullptr && *was == *is) continue;
    into.push_back({object, fmt::format("{} is {} instead of {}", name, words_of(is), words_of(was))});
  }
}

json::object const& objects_of(json::object const& snapshot) {
  static json::object const none;
  auto const* const objects = snapshot.if_contains("objects");
  return objects != nullptr && objects->is_object() ? objects->as_object() : none;
}

class Fingerprint final : public engine::StateProbe {
 public:
  static scenario::Declaration describe() {
    return {
        .name = "fingerprint",
        .summary =
            "The schema: tables, columns, constraints, indexes, triggers, functions, types, grants and more"};
  }

  Task<Result<json::object>> capture(postgres::ConnectionParameters database) override {
    json::object snapshot;
    std::function<Result<>(pqxx::transaction_base&)> work =
        [&snapshot](pqxx::transaction_base& transaction) -> Result<> {
      json::object objects;
      for (auto const& query : catalogue_queries()) TRY_VOID(read_objects(transaction, query, objects));
      auto const version =
          transaction.exec1("SELECT current_setting('server_version_num')::int / 10000")[0].as<int>();
      snapshot = {{"algorithm", "catalogue-v1"}, {"server_major", version}, {"objects", std::move(objects)}};
      return {};
    };
    CO_TRY_VOID(co_await postgres::in_transaction(std::move(database), limit, false, std::move(work)));
    co_return snapshot;
  }

  std::vector<engine::Difference> compare(json::object const& before,
                                          json::object const& after) const override {
    std::vector<engine::Difference> result;
    for (auto const& object : objects_of(before)) {
      std::string const name(object.key());
      auto const* const other = objects_of(after).if_contains(name);
      if (other == nullptr) {
        result.push_back({name, "is gone" + what_it_is(object.value())});
      } else {
        compare_attributes(name, object.value(), *other, result);
      }
    }
    for (auto const& object : objects_of(after)) {
      if (objects_of(before).contains(object.key())) continue;
      result.push_back({std::string(object.key()), "is new" + what_it_is(object.value())});
    }
    std::ranges::sort(result, {}, [](engine::Difference const& difference) {
      return std::tie(difference.object, difference.what);
    });
    return result;
  }
};

engine::RegisterStateProbe<Fingerprint> const registered;

}  // namespace

}  // namespace pgdrill::probes
