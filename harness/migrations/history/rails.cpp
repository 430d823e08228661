// Rails (Active Record): schema_migrations with the column `version` alone, and ar_internal_metadata beside
// it. https://guides.rubyonrails.org/active_record_migrations.html
#include <fmt/format.h>

#include <algorithm>

#include "harness/migrations/history/tool.hpp"

namespace pgdrill::migrations {

namespace {

/// Salt of ActiveRecord::Migrator::MIGRATOR_SALT.
constexpr std::int64_t lock_salt = 2053462845;

Signature const metadata{{{"key", "text"}, {"value", "text"}, {"created_at", "time"}, {"updated_at", "time"}},
                         true};

bool with_metadata(Table const& table, std::vector<Table> const& tables) {
  return find_table(tables, table.schema, metadata) != nullptr;
}

Result<History> read(pqxx::transaction_base& transaction, Table const& table, std::vector<Table> const&) {
  // Versions are texts that Rails orders as numbers.
  return History{
      .runs = read_applied(transaction, fmt::format("SELECT version, NULL, NULL, NULL FROM {} ORDER BY "
                                                    "lpad(version, 40, '0') COLLATE \"C\"",
                                                    table.quoted()))};
}

std::vector<MigrationFile> files(std::vector<SourceFile> const& sources) {
  return numbered_files(sources, {"rb"});
}

std::vector<std::string> lock_keys(std::string_view database, Table const&) {
  return {advisory_key(lock_salt * static_cast<std::int64_t>(crc32(database)))};
}

Tool describe() {
  return {.name = "rails",
          .title = "Rails",
          .signatures = {{{{"version", "text"}}, true}},
          .also = &with_metadata,
          .beside = {metadata},
          .order = Order::number,
          .out_of_order_is_usual = true,
          .read = &read,
          .files = &files,
          .lock_keys = &lock_keys};
}

RegisterTool const registered(&describe);

}  // namespace

}  // namespace pgdrill::migrations
