// Who names a table or one of its columns in a live database.
#pragma once
#include <pqxx/pqxx>

#include "harness/migrations/review/schema.hpp"

namespace pgdrill::review {

/// Fills Table::users: what PostgreSQL tracks (views, foreign keys of other tables, generated columns,
/// triggers, policies, publications, statistics, functions with a parsed body), and functions whose text
/// names the table.
void read_users(pqxx::transaction_base& transaction, Schema& schema);

}  // namespace pgdrill::review
