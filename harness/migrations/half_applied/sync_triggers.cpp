#include "harness/migrations/half_applied/sync_triggers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <pqxx/pqxx>

namespace pgdrill::migrations {

namespace {

/// Tables beyond this are not counted: the scan would take longer than an audit may.
constexpr std::int64_t countable_bytes = 8LL << 30;

std::string const triggers_query = R"(
SELECT n.nspname, c.relname, t.tgname, fn.nspname, f.proname, f.prosrc, pg_relation_size(c.oid),
  (SELECT count(*) = 1 FROM pg_trigger o WHERE o.tgfoid = f.oid AND o.tgparentid = 0),
  (SELECT array_to_string(array_agg(a.attname), E'\n') FROM pg_attribute a
   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_proc f ON f.oid = t.tgfoid JOIN pg_namespace fn ON fn.oid = f.pronamespace
JOIN pg_language l ON l.oid = f.prolang
WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND l.lanname = 'plpgsql'
  AND t.tgtype & 1 = 1 AND t.tgtype & 2 = 2 AND t.tgtype & 20 <> 0
  AND has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE') AND )" +
                                   user_schema("n") + " ORDER BY 1, 2, 3";

bool has_line(std::string_view lines, std::string_view line) {
  std::string const padded = "\n" + std::string(lines) + "\n";
  return padded.find("\n" + std::string(line) + "\n") != std::string::npos;
}

std::string sources_present(Assignment const& assignment) {
  std::string condition;
  for (std::string const& source : assignment.sources) {
    condition += (condition.empty() ? "" : " AND ") + postgres::quote_identifier(source) + " IS NOT NULL";
  }
  return condition;
}

/// Nothing is missing: false.
bool count_rows(pqxx::transaction_base& transaction, SyncTrigger& trigger, std::int64_t bytes) {
  std::string const table = qualified(trigger.schema, trigger.table);
  std::string const target = postgres::quote_identifier(trigger.assignment.target);
  std::string const present = sources_present(trigger.assignment);
  if (bytes > countable_bytes) {
    auto const any = transaction.exec(
        fmt::format("SELECT EXISTS (SELECT FROM {} WHERE {} IS NULL AND {})", table, target, present));
    return any[0][0].as<bool>();
  }
  auto const counts =
      transaction.exec(fmt::format("SELECT count({}), count(*) FROM {} WHERE {}", target, table, present));
  trigger.filled = counts[0][0].as<std::int64_t>();
  trigger.wanted = counts[0][1].as<std::int64_t>();
  return *trigger.filled < *trigger.wanted;
}

std::string without_new(std::string_view expression) {
  std::string result;
  for (std::size_t i = 0; i < expression.size();) {
    std::string_view const rest = expression.substr(i);
    bool const begins = i == 0 || (std::isalnum(static_cast<unsigned char>(expression[i - 1])) == 0 &&
                                   expression[i - 1] != '_');
    if (begins && (rest.starts_with("NEW.") || rest.starts_with("new.") || rest.starts_with("New."))) {
      i += 4;
    } else {
      result += expression[i++];
    }
  }
  return result;
}

}  // namespace

Result<std::vector<SyncTrigger>> sync_triggers_with_gaps(pqxx::transaction_base& transaction) {
  std::vector<SyncTrigger> found;
  for (auto const& row : transaction.exec(triggers_query)) {
    for (Assignment& assignment : find_assignments(row[5].c_str())) {
      bool const columns_exist = has_line(row[8].c_str(), assignment.target) &&
                                 std::ranges::all_of(assignment.sources, [&](std::string const& one) {
                                   return has_line(row[8].c_str(), one);
                                 });
      bool const known = std::ranges::any_of(found, [&](SyncTrigger const& other) {
        return other.schema == row[0].c_str() && other.table == row[1].c_str() &&
               other.assignment.target == assignment.target;
      });
      if (!columns_exist || known) continue;
      SyncTrigger trigger{.schema = row[0].c_str(),
                          .table = row[1].c_str(),
                          .trigger = row[2].c_str(),
                          .function = qualified(row[3].c_str(), row[4].c_str()) + "()",
                          .only_user = row[7].as<bool>(),
                          .assignment = std::move(assignment)};
      if (count_rows(transaction, trigger, row[6].as<std::int64_t>())) found.push_back(std::move(trigger));
    }
  }
  return found;
}

Remedy finish_backfill(SyncTrigger const& trigger) {
  std::string const target = postgres::quote_identifier(trigger.assignment.target);
  return {
      {fmt::format("UPDATE {} SET {} = {} WHERE {} IS NULL AND {}", qualified(trigger.schema, trigger.table),
                   target, without_new(trigger.assignment.expression), target,
                   sources_present(trigger.assignment))},
      "on a large table in batches by primary key, each in a transaction of its own"};
}

Remedy undo_sync(SyncTrigger const& trigger) {
  std::string const table = qualified(trigger.schema, trigger.table);
  Remedy remedy{{fmt::format("DROP TRIGGER {} ON {}", postgres::quote_identifier(trigger.trigger), table)},
                "no application may use the column yet"};
  if (trigger.only_user) remedy.statements.push_back("DROP FUNCTION " + trigger.function);
  remedy.statements.push_back(fmt::format("ALTER TABLE {} DROP COLUMN {}", table,
                                          postgres::quote_identifier(trigger.assignment.target)));
  return remedy;
}

}  // namespace pgdrill::migrations
