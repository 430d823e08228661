// refinery: refinery_schema_history; the time is a text.
// https://github.com/rust-db/refinery/blob/main/refinery_core/src/traits/mod.rs
#include <fmt/format.h>

#include <algorithm>

#include "harness/migrations/history/tool.hpp"

namespace pgdrill::migrations {

namespace {

Result<History> read(pqxx::transaction_base& transaction, Table const& table, std::vector<Table> const&) {
  return History{
      .runs = read_applied(transaction,
                           fmt::format("SELECT version, name, applied_on, checksum FROM {} ORDER BY version",
                                       table.quoted()))};
}

/// "V1__add_total.sql" or "U1__add_total.sql"; both run forwards. Their checksum is a SipHash that is not
/// computed here.
std::vector<MigrationFile> files(std::vector<SourceFile> const& sources) {
  std::vector<MigrationFile> found;
  for (SourceFile const& source : sources) {
    std::string_view name = source.file_name();
    if (!name.ends_with(".sql") && !name.ends_with(".rs")) continue;
    if (name.front() != 'V' && name.front() != 'U') continue;
    name = name.substr(1, name.rfind('.') - 1);
    auto const separator = name.find("__");
    if (separator == std::string_view::npos || separator == 0) continue;
    std::string_view const digits = name.substr(0, separator);
    if (!std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; })) continue;
    found.push_back({.version = without_leading_zeros(digits),
                     .name = std::string(name.substr(separator + 2)),
                     .path = source.path});
  }
  return found;
}

Tool describe() {
  return {
      .name = "refinery",
      .title = "refinery",
      .signatures = {{{{"version", "int4"}, {"name", "text"}, {"applied_on", "text"}, {"checksum", "text"}},
                      true}},
      .order = Order::number,
      .read = &read,
      .files = &files};
}

RegisterTool const registered(&describe);

}  // namespace

}  // namespace pgdrill::migrations
