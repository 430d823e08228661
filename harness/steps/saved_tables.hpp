// The content of the target's tables, kept in schema pgdrill while a migration damages them, so that the
// damaged Cluster is put right in the end and a drill can always be run again.
#pragma once
#include <string>

namespace pgdrill::steps {

/// One statement that copies every ordinary table outside pgdrill's schema, in one transaction. Does nothing
/// when they are saved already.
[[nodiscard]] std::string save_tables_sql();

/// One statement that puts back what differs and drops the copies; does nothing when nothing is saved. Fails,
/// and changes nothing, when a table is gone or has other columns.
[[nodiscard]] std::string restore_tables_sql();

}  // namespace pgdrill::steps
