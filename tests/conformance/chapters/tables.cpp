// What `kubectl get` prints: the columns of each kind's table, and its rows.
#include <fmt/format.h>

#include "harness/base/text.hpp"
#include "tests/conformance/framework/chapter.hpp"

namespace pgdrill::conformance {
namespace {

constexpr std::string_view table_type = "application/json;as=Table;v=v1;g=meta.k8s.io";

bool is_age(std::string const& column) {
  return column == "Age" || column == "Last Seen" || column == "First Seen" || column == "Duration" ||
         column == "Last Backup";
}

std::string cell_text(std::string const& column, json::value const& cell) {
  std::string const text = cell.is_string() ? std::string(cell.get_string()) : json::serialize(cell);
  bool const has_digits = text.find_first_of("0123456789") != std::string::npos;
  return is_age(column) && has_digits ? "<age>" : text;
}

Task<> note_table(Stage& stage, kube::ResourceType type) {
  net::HttpRequest request{.method = "GET", .target = stage.path(type), .headers = {}, .body = ""};
  request.headers.emplace_back("Accept", table_type);
  auto const answer = co_await stage.transport().exchange(
      {.request = std::move(request), .what = "cannot list", .where = std::string(type.plural)});
  auto const table = answer ? parse_json(*answer) : Result<json::value>(tl::make_unexpected(answer.error()));
  if (!table) throw ChapterFailed(::pgdrill::describe(table.error()));
  std::vector<std::string> columns;
  for (json::value const& column : table->at("columnDefinitions").as_array()) {
    columns.push_back(get_string(column, "name"));
    stage.note(fmt::format("table {} columns", std::string_view(type.plural)),
               fmt::format("{} ({}, priority {})", columns.back(), get_string(column, "type"),
                           get_int(column, "priority")));
  }
  if (type == kube::event_type) co_return;  // its rows are noted as events
  for (json::value const& row : table->at("rows").as_array()) {
    std::vector<std::string> cells;
    std::size_t place = 0;
    for (json::value const& cell : row.at("cells").as_array())
      cells.push_back(cell_text(columns.at(place++), cell));
    if (cells.front() == "kube-root-ca.crt") continue;
    stage.note(fmt::format("table {} rows", std::string_view(type.plural)), join(cells, " | "));
  }
}

Task<> play(Stage& stage) {
  for (kube::ResourceType const& type :
       {kube::cluster_type, kube::backup_type, kube::scheduled_backup_type, kube::pod_type,
        kube::service_type, kube::secret_type, kube::config_map_type, kube::volume_claim_type, kube::job_type,
        kube::event_type, kube::service_account_type, kube::lease_type}) {
    co_await note_table(stage, type);
  }
}

bool const registered = add_chapter({.name = "tables", .group = "life", .place = 80, .play = play});

}  // namespace
}  // namespace pgdrill::conformance
