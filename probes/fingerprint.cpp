// The schema as facts, object by object: what differs is said in words. Content (rows, statistics) is not
// part of it, nor is what a harmless rewrite changes (OIDs, files, gaps of dropped columns).
#include <fmt/format.h>

#include <pqxx/pqxx>

#include "harness/base/text.hpp"
#include "probes/fingerprint_queries.hpp"
#include "probes/fingerprint_snapshot.hpp"

namespace pgdrill::probes {

namespace {

constexpr auto limit = std::chrono::seconds(60);

Result<> read_objects(pqxx::transaction_base& transaction, CatalogueQuery const& query,
                      json::object& objects) {
  json::object found;
  for (auto const& row : transaction.exec(query.sql)) {
    TRY(json::value const read, parse_json(row[1].c_str(), query.kind));
    json::object attributes;
    for (auto const& attribute : read.as_object()) {
      if (!attribute.value().is_null()) attributes.emplace(attribute.key(), attribute.value());
    }
    found[row[0].c_str()] = std::move(attributes);
  }
  objects[query.kind] = std::move(found);
  return {};
}

/// A sequence's position lies in the sequence itself, not in the catalogue. Gives those that the role may not
/// read.
json::array read_positions(pqxx::transaction_base& transaction, json::object& sequences) {
  json::array unseen;
  std::vector<std::string> parts;
  for (auto& sequence : sequences) {
    auto& attributes = sequence.value().as_object();
    bool const readable = get_bool(sequence.value(), "readable");
    attributes.erase("readable");
    std::string const name(sequence.key());
    if (!readable) unseen.emplace_back(fmt::format("position of sequence {}: no right to read it", name));
    if (!readable) continue;
    parts.push_back(
        fmt::format("SELECT {}, last_value::numeric + CASE WHEN is_called THEN {} ELSE 0 END FROM {}",
                    postgres::quote_literal(name), get_int(sequence.value(), "increment"), name));
  }
  if (parts.empty()) return unseen;
  for (auto const& row : transaction.exec(join(parts, " UNION ALL "))) {
    sequences[row[0].c_str()].as_object()["next value"] = std::strtoll(row[1].c_str(), nullptr, 10);
  }
  return unseen;
}

class Fingerprint final : public engine::StateProbe {
 public:
  static scenario::Declaration describe() {
    return {
        .name = "fingerprint",
        .summary =
            "The schema: tables, columns, constraints, indexes, triggers, functions, types, grants, roles, "
            "settings, sequences' positions and more"};
  }

  Task<Result<json::object>> capture(postgres::ConnectionParameters database) override {
    return capture_fingerprint(std::move(database), limit);
  }

  std::vector<engine::Difference> compare(json::object const& before,
                                          json::object const& after) const override {
    return compare_fingerprints(before, after);
  }
};

engine::RegisterStateProbe<Fingerprint> const registered;

}  // namespace

Task<Result<json::object>> capture_fingerprint(postgres::ConnectionParameters database, Duration within) {
  json::object snapshot;
  std::function<Result<>(pqxx::transaction_base&)> work =
      [&snapshot](pqxx::transaction_base& transaction) -> Result<> {
    TRY(snapshot, read_fingerprint(transaction));
    return {};
  };
  CO_TRY_VOID(co_await postgres::in_transaction(std::move(database), within, false, std::move(work)));
  co_return snapshot;
}

Result<json::object> read_fingerprint(pqxx::transaction_base& transaction) {
  auto const version =
      transaction.exec1("SELECT current_setting('server_version_num')::int / 10000")[0].as<int>();
  json::object objects;
  for (auto const& query : catalogue_queries()) {
    if (version < query.from_major || version > query.to_major) continue;
    TRY_VOID(read_objects(transaction, query, objects));
  }
  json::array unseen = read_positions(transaction, objects["sequence"].as_object());
  return json::object{{"algorithm", "catalogue-v3"},
                      {"server_major", version},
                      {"objects", std::move(objects)},
                      {"not_examined", std::move(unseen)}};
}

}  // namespace pgdrill::probes
