#include "tests/unit/migrations_rewrite/proof.hpp"

#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <memory>

#include "harness/base/task.hpp"
#include "harness/migrations/review/catalogue.hpp"
#include "harness/migrations/review/sql_file.hpp"
#include "harness/migrations/rewrite/group.hpp"
#include "harness/migrations/rewrite/rewriting.hpp"
#include "tests/support/postgres_server.hpp"

namespace pgdrill::test {

namespace {

struct Finish {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct Clear {
  void operator()(PGresult* result) const { PQclear(result); }
};

/// Everything that a schema is, without the numbers of columns and the names of constraints' triggers.
std::string fingerprint(postgres::ConnectionParameters const& database) {
  return query_value(
      database,
      "SET search_path = pg_catalog;"
      "SELECT string_agg(line, E'\\n' ORDER BY line) FROM ("
      " SELECT format('column %s.%s %s notnull=%s identity=%s sequence=%s default=%s', a.attrelid::regclass, "
      "a.attname,"
      "  format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,"
      "  CASE WHEN c.relkind = 'r' THEN pg_get_serial_sequence(a.attrelid::regclass::text, a.attname) END,"
      "  pg_get_expr(d.adbin, d.adrelid)) AS line"
      "  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
      "  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
      "  WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relnamespace = 'public'::regnamespace"
      "  AND c.relkind IN ('r', 'v', 'p')"
      " UNION ALL SELECT format('constraint %s %s %s valid=%s', conrelid::regclass, conname,"
      "  pg_get_constraintdef(oid), convalidated) FROM pg_constraint WHERE connamespace = "
      "'public'::regnamespace"
      " UNION ALL SELECT format('index %s valid=%s', pg_get_indexdef(indexrelid), indisvalid)"
      "  FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid WHERE c.relnamespace = 'public'::regnamespace"
      " UNION ALL SELECT format('trigger %s', pg_get_triggerdef(oid)) FROM pg_trigger WHERE NOT tgisinternal"
      " UNION ALL SELECT format('function %s', pg_get_functiondef(oid)) FROM pg_proc"
      "  WHERE pronamespace = 'public'::regnamespace"
      " UNION ALL SELECT format('view %s %s %s', oid::regclass, pg_get_viewdef(oid), relacl) FROM pg_class"
      "  WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace"
      " UNION ALL SELECT format('type %s %s', t.typname, (SELECT string_agg(enumlabel, ',' ORDER BY "
      "enumsortorder)"
      "  FROM pg_enum WHERE enumtypid = t.oid)) FROM pg_type t WHERE t.typtype IN ('e', 'd')"
      "  AND t.typnamespace = 'public'::regnamespace"
      ") lines");
}

void all_work(postgres::ConnectionParameters const& database, std::vector<std::string> const& queries,
              std::string const& when) {
  for (std::string const& query : queries) EXPECT_EQ(run_file(database, query), "") << when;
}

}  // namespace

std::string run_file(postgres::ConnectionParameters const& database, std::string const& content) {
  std::unique_ptr<PGconn, Finish> const connection(
      PQconnectdb(database.conninfo(std::chrono::seconds(10)).c_str()));
  PQsetNoticeProcessor(connection.get(), [](void*, char const*) {}, nullptr);
  for (review::Section const& section : review::read_sql("file.sql", content).sections) {
    for (review::Statement const& statement : section.statements) {
      std::unique_ptr<PGresult, Clear> const result(PQexec(connection.get(), statement.text.c_str()));
      ExecStatusType const status = PQresultStatus(result.get());
      if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        return PQresultErrorMessage(result.get()) + statement.text;
    }
  }
  return {};
}

review::Rewriting rewriting_of(postgres::ConnectionParameters const& database, std::string const& change) {
  Result<review::Catalogue> const catalogue = run_to_end(review::read_catalogue(database));
  EXPECT_TRUE(catalogue.has_value()) << describe(catalogue.error());
  std::vector<review::SqlFile> const files{review::read_sql("change.sql", change)};
  review::Options options;
  options.schema = catalogue->schema;
  review::ReviewReport const report = review::review(files, options);
  auto group = review::rewrite_group({files.front().text, report.files.front().sections.front().statements, 0,
                                      catalogue->schema, catalogue->major});
  if (group) {
    EXPECT_TRUE(group->rewriting.has_value()) << describe(group->rewriting.error());
    return std::move(group->rewriting).value_or(review::Rewriting());
  }
  auto const statement = review::parse_statement(change);
  EXPECT_TRUE(statement.has_value());
  auto rewriting =
      review::rewrite(review::actions_of(*statement, change).front(), catalogue->schema, catalogue->major);
  EXPECT_TRUE(rewriting.has_value()) << describe(rewriting.error());
  return rewriting.value_or(review::Rewriting());
}

void prove(Change const& change) {
  PostgresServer& server = PostgresServer::shared();
  auto const at_once = server.fresh_database(change.setup);
  auto const in_phases = server.fresh_database(change.setup);
  review::Rewriting const rewriting = rewriting_of(in_phases, change.change);
  ASSERT_FALSE(rewriting.files.empty());
  std::vector<review::RenderedFile> const files = review::render(rewriting, 1);
  // Each round of phases, expand to contract, leads from one version to the next.
  std::vector<std::vector<std::string>> versions{change.former};
  if (!change.between.empty()) versions.push_back(change.between);
  versions.push_back(change.next);
  all_work(in_phases, versions[0], "before");
  std::size_t round = 0;
  bool contracted = false;
  for (std::size_t i = 0; i < rewriting.files.size(); ++i) {
    review::RenderedFile const& up = files[2 * i];
    review::RenderedFile const& down = files[2 * i + 1];
    bool const contracts = rewriting.files[i].phase == review::Phase::contract;
    if (contracted && !contracts) ++round;
    ASSERT_LT(round + 1, versions.size()) << up.name << ": more rounds than versions";
    // Between switch and contract both versions run, and each sees what the other one writes.
    if (contracts && !contracted) {
      all_work(in_phases, versions[round + 1], "both versions");
      all_work(in_phases, versions[round], "both versions");
    }
    contracted = contracts;
    std::string const before = fingerprint(in_phases);
    ASSERT_EQ(run_file(in_phases, up.content), "") << up.name;
    std::string const after = fingerprint(in_phases);
    all_work(in_phases, versions[contracts ? round + 1 : round], up.name);
    ASSERT_EQ(run_file(in_phases, down.content), "") << down.name;
    EXPECT_EQ(fingerprint(in_phases), before) << down.name;
    if (!contracts) all_work(in_phases, versions[round], down.name);
    ASSERT_EQ(run_file(in_phases, up.content), "") << up.name << " again";
    EXPECT_EQ(fingerprint(in_phases), after) << up.name << " again";
  }
  EXPECT_EQ(round + 2, versions.size()) << "a version was never tried";
  ASSERT_EQ(run_file(at_once, change.change), "");
  EXPECT_EQ(fingerprint(in_phases), fingerprint(at_once));
  // And once more without anybody writing meanwhile: the same rows as the change at once.
  auto const quiet = server.fresh_database(change.setup);
  for (std::size_t i = 0; i < files.size(); i += 2)
    ASSERT_EQ(run_file(quiet, files[i].content), "") << files[i].name;
  std::string const rows = query_value(at_once, change.rows);
  EXPECT_FALSE(rows.empty()) << "the rows are compared by nothing";
  EXPECT_EQ(query_value(quiet, change.rows), rows);
}

}  // namespace pgdrill::test
