// Flyway: flyway_schema_history, one row per migration; a failed transactional migration leaves none.
// https://documentation.red-gate.com/flyway/flyway-concepts/migrations/flyway-schema-history-table
#include <fmt/format.h>

#include <algorithm>
#include <pqxx/pqxx>

#include "harness/migrations/history/tool.hpp"

namespace pgdrill::migrations {

namespace {

constexpr std::string_view repeatable_prefix = "R: ";

Finding failed(Table const& table, std::string const& rank, std::string const& script) {
  std::string const row = fmt::format("WHERE installed_rank = {} AND NOT success", rank);
  return {.severity = Severity::problem,
          .kind = "dirty-history",
          .object = "table " + table.text(),
          .message =
              fmt::format("{} failed outside a transaction; the next migrate fails its validation", script),
          .finish = {{fmt::format("UPDATE {} SET success = true {}", table.quoted(), row)},
                     "once all statements of the script have taken effect"},
          .undo = {{fmt::format("DELETE FROM {} {}", table.quoted(), row)},
                   "once no statement of the script has any effect (as: flyway repair)"}};
}

RunState state_of(std::string const& type, bool success) {
  if (!success) return RunState::failed;
  if (type == "DELETE" || type.starts_with("UNDO")) return RunState::reverted;
  return RunState::applied;
}

Result<History> read(pqxx::transaction_base& transaction, Table const& table, std::vector<Table> const&) {
  History history;
  for (auto const& row : transaction.exec(
           fmt::format("SELECT installed_rank, version, description, type, script, checksum, "
                       "date_trunc('second', installed_on), success FROM {} ORDER BY installed_rank",
                       table.quoted()))) {
    std::string const type = row[3].c_str();
    if (type == "SCHEMA") continue;  // says that Flyway made the schema
    bool const success = row[7].as<bool>();
    history.runs.push_back(
        {.version = row[1].is_null() ? std::string(repeatable_prefix) + row[2].c_str() : row[1].c_str(),
         .name = row[4].c_str(),
         .state = state_of(type, success),
         .at = row[6].c_str(),
         .checksum = row[5].c_str(),
         .detail = type == "BASELINE" ? "baseline" : ""});
    if (!success) history.findings.push_back(failed(table, row[0].c_str(), row[4].c_str()));
  }
  return history;
}

/// CRC-32 over the lines without their ends (LF, CR LF or CR) and without a byte order mark, as a signed
/// number.
std::string flyway_checksum(std::string_view content) {
  if (content.starts_with("\xEF\xBB\xBF")) content.remove_prefix(3);
  std::string lines;
  lines.reserve(content.size());
  std::ranges::copy_if(content, std::back_inserter(lines), [](char c) { return c != '\n' && c != '\r'; });
  return std::to_string(static_cast<std::int32_t>(crc32(lines)));
}

/// "V1_2__add_total.sql": prefix, version, "__", description.
std::optional<MigrationFile> parse(SourceFile const& source) {
  std::string_view name = source.file_name();
  if (!name.ends_with(".sql") || name.size() < 7) return std::nullopt;
  char const prefix = name.front();
  name = name.substr(1, name.size() - 5);
  auto const separator = name.find("__");
  if (separator == std::string_view::npos) return std::nullopt;
  std::string description(name.substr(separator + 2));
  std::ranges::replace(description, '_', ' ');
  MigrationFile file{.name = description, .path = source.path, .checksum = flyway_checksum(source.content)};
  if (prefix == 'R' && separator == 0) {
    file.kind = MigrationFile::Kind::repeatable;
    file.version = std::string(repeatable_prefix) + description;
    return file;
  }
  if (prefix != 'V' || separator == 0) return std::nullopt;
  file.version = name.substr(0, separator);
  std::ranges::replace(file.version, '_', '.');
  bool const numbers =
      std::ranges::all_of(file.version, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
  if (!numbers) return std::nullopt;
  return file;
}

std::vector<MigrationFile> files(std::vector<SourceFile> const& sources) {
  std::vector<MigrationFile> found;
  for (SourceFile const& source : sources) {
    if (auto file = parse(source)) found.push_back(std::move(*file));
  }
  return found;
}

void complete(History& history, std::vector<MigrationFile> const& files) {
  complete_up_to_baseline(history, files, Order::dotted);
}

Tool describe() {
  return {.name = "flyway",
          .title = "Flyway",
          .signatures = {{{{"installed_rank", "integer"},
                           {"version", "text"},
                           {"description", "text"},
                           {"type", "text"},
                           {"script", "text"},
                           {"checksum", "integer"},
                           {"installed_on", "time"},
                           {"success", "boolean"}}}},
          .order = Order::dotted,
          .read = &read,
          .files = &files,
          .complete = &complete};
}

RegisterTool const registered(&describe);

}  // namespace

}  // namespace pgdrill::migrations
