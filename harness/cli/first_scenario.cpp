#include "harness/cli/first_scenario.hpp"

#include <fmt/format.h>

#include <map>
#include <string_view>

namespace pgdrill::embedded {
std::string_view cli(std::string_view name);
}

namespace pgdrill::cli {

namespace {

/// The template with "@name@" replaced; the scenario language has ${...} of its own.
std::string filled(std::string_view text, std::map<std::string, std::string> const& values) {
  std::string out(text);
  for (auto const& [name, value] : values) {
    std::string const mark = "@" + name + "@";
    for (std::size_t at = out.find(mark); at != std::string::npos; at = out.find(mark, at + value.size()))
      out.replace(at, mark.size(), value);
  }
  return out;
}

}  // namespace

std::vector<NewFile> first_scenario(Survey const& survey, std::string const& name) {
  std::map<std::string, std::string> values{{"schema", "pgdrill-scenario.schema.json"},
                                            {"name", name},
                                            {"namespace", survey.ns},
                                            {"cluster", survey.cluster},
                                            {"database", survey.database},
                                            {"service", survey.service},
                                            {"secret", survey.secret}};
  if (!survey.migrations || !survey.damage) {
    return {{name + ".yaml", filled(embedded::cli("init-restore.yaml"), values)}};
  }
  MigrationSource const& source = *survey.migrations;
  DamageTarget const& damage = *survey.damage;
  std::string const stem = fmt::format("{}/{:0{}}_pgdrill_drill", name, source.next_version, source.digits);
  values["table"] = damage.table;
  values["repository"] = source.repository;
  values["kustomization"] = source.kustomization;
  values["up"] = stem + ".up.sql";
  values["down"] = stem + ".down.sql";
  std::string const up = fmt::format(
      "-- A drill: damages one row in seven. What was there is gone, as in a real accident.\n"
      "UPDATE {} SET {} = {} WHERE {} % 7 = 0;\n",
      damage.table, damage.column, damage.damaged, damage.key);
  std::string const down = "-- The former values are gone: there is nothing to go back to.\nSELECT 1;\n";
  return {{name + ".yaml", filled(embedded::cli("init-rollback.yaml"), values)},
          {stem + ".up.sql", up},
          {stem + ".down.sql", down}};
}

}  // namespace pgdrill::cli
