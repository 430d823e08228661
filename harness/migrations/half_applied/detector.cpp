#include "harness/migrations/half_applied/detector.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <pqxx/pqxx>

namespace pgdrill::migrations {

namespace {

std::vector<Detector (*)()>& registrations() {
  static std::vector<Detector (*)()> all;
  return all;
}

std::vector<Detector> sorted_detectors() {
  std::vector<Detector> all;
  for (auto* const describe : registrations()) all.push_back(describe());
  std::ranges::sort(all, {}, &Detector::name);
  auto const twice = std::ranges::adjacent_find(all, {}, &Detector::name);
  if (twice != all.end()) {
    std::fprintf(stderr, "pgdrill: bug: detector '%s' is registered twice\n", twice->name.c_str());
    std::abort();
  }
  return all;
}

}  // namespace

RegisterDetector::RegisterDetector(Detector (*describe)()) { registrations().push_back(describe); }

std::vector<Detector> const& detectors() {
  static std::vector<Detector> const all = sorted_detectors();
  return all;
}

Detector const* find_detector(std::string_view name) {
  auto const found = std::ranges::find(detectors(), name, &Detector::name);
  return found == detectors().end() ? nullptr : &*found;
}

Result<Scene> read_scene(pqxx::transaction_base& transaction) {
  Scene scene{.server_version =
                  transaction.exec("SELECT current_setting('server_version_num')")[0][0].as<int>()};
  TRY(auto const tables, read_tables(transaction));
  TRY(Histories histories, find_histories(transaction, tables));
  scene.histories = std::move(histories.found);
  return scene;
}

Result<std::vector<Finding>> detect_half_applied(pqxx::transaction_base& transaction, Scene const& scene) {
  std::vector<Finding> findings;
  for (Detector const& detector : detectors()) {
    TRY(auto found, detector.detect(transaction, scene));
    std::ranges::move(found, std::back_inserter(findings));
  }
  return findings;
}

std::string user_schema(std::string_view alias) {
  return fmt::format("{0}.nspname <> 'information_schema' AND {0}.nspname !~ '^pg_'", alias);
}

std::string qualified(std::string_view schema, std::string_view name) {
  return postgres::quote_identifier(schema) + "." + postgres::quote_identifier(name);
}

}  // namespace pgdrill::migrations
