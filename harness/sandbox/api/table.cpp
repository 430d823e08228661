#include "harness/sandbox/api/table.hpp"

#include <fmt/format.h>

namespace pgdrill::sandbox {

std::string human_duration(Duration duration) {
  auto const seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
  if (seconds < 0) return "0s";
  if (seconds < 120) return fmt::format("{}s", seconds);
  auto const minutes = seconds / 60;
  if (minutes < 10)
    return seconds % 60 == 0 ? fmt::format("{}m", minutes) : fmt::format("{}m{}s", minutes, seconds % 60);
  if (minutes < 180) return fmt::format("{}m", minutes);
  auto const hours = minutes / 60;
  if (hours < 8)
    return minutes % 60 == 0 ? fmt::format("{}h", hours) : fmt::format("{}h{}m", hours, minutes % 60);
  if (hours < 48) return fmt::format("{}h", hours);
  auto const days = hours / 24;
  if (days < 8 && hours % 24 != 0) return fmt::format("{}d{}h", days, hours % 24);
  return fmt::format("{}d", days);
}

std::string age_at(json::value const& object, std::string_view path, WallTime now) {
  auto const time = parse_time(get_string(object, path));
  return time ? human_duration(now - *time) : "<unknown>";
}

namespace {

json::array definitions(std::vector<Column> const& columns) {
  json::array result;
  for (auto const& column : columns) {
    result.push_back({{"name", column.name},
                      {"type", column.type},
                      {"format", column.name == "Name" ? "name" : ""},
                      {"description", ""},
                      {"priority", column.priority}});
  }
  return result;
}

json::value row_object(json::value const& object, std::string const& include_object) {
  if (include_object == "Object") return object;
  auto const* metadata = find(object, "metadata");
  return {{"kind", "PartialObjectMetadata"},
          {"apiVersion", "meta.k8s.io/v1"},
          {"metadata", metadata != nullptr ? *metadata : json::object()}};
}

}  // namespace

json::value make_table(kube::ResourceType const& type, std::vector<json::value> const& objects,
                       std::string const& version, std::string const& include_object) {
  std::vector<Column> const columns = columns_of(type);
  WallTime const now = wall_now();
  json::array rows;
  for (auto const& object : objects) {
    json::array cells;
    for (auto const& column : columns) cells.push_back(column.cell(object, now));
    json::object row{{"cells", std::move(cells)}};
    if (include_object != "None") row["object"] = row_object(object, include_object);
    rows.push_back(std::move(row));
  }
  return {{"kind", "Table"},
          {"apiVersion", "meta.k8s.io/v1"},
          {"metadata", {{"resourceVersion", version}}},
          {"columnDefinitions", definitions(columns)},
          {"rows", std::move(rows)}};
}

}  // namespace pgdrill::sandbox
