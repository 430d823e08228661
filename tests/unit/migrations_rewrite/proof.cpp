#include "tests/unit/migrations_rewrite/proof.hpp"

#include <gmock/gmock.h>
#include <libpq-fe.h>

#include <algorithm>
#include <memory>
#include <pqxx/pqxx>
#include <set>

#include "harness/base/task.hpp"
#include "harness/migrations/review/catalogue.hpp"
#include "harness/migrations/review/reviewer.hpp"
#include "harness/migrations/review/sql_file.hpp"
#include "harness/migrations/rewrite/group.hpp"
#include "harness/migrations/rewrite/rewrite_files.hpp"
#include "harness/migrations/rewrite/rewriting.hpp"
#include "harness/migrations/rewrite/spared_triggers.hpp"
#include "probes/fingerprint_snapshot.hpp"
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
      " SELECT format('column %s.%s %s notnull=%s identity=%s sequence=%s default=%s collation=%s "
      "storage=%s%s "
      "statistics=%s options=%s rights=%s comment=%s', a.attrelid::regclass, "
      "a.attname,"
      "  format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,"
      "  CASE WHEN c.relkind = 'r' THEN pg_get_serial_sequence(a.attrelid::regclass::text, a.attname) END,"
      "  pg_get_expr(d.adbin, d.adrelid), nullif(a.attcollation, 0)::regcollation, a.attstorage,"
      "  a.attcompression, a.attstattarget, a.attoptions, a.attacl, col_description(a.attrelid, a.attnum)) "
      "AS "
      "line"
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

/// By the product's own probe, which sees much more and takes longer. Going back makes columns again, at the
/// end of their table, and sequences move when queries run.
json::object whole_fingerprint(postgres::ConnectionParameters const& database) {
  json::object snapshot;
  auto const read = [&](pqxx::transaction_base& transaction) -> Result<> {
    TRY(snapshot, probes::read_fingerprint(transaction));
    return {};
  };
  std::function<Result<>(pqxx::transaction_base&)> work = read;
  auto const done =
      run_to_end(postgres::in_transaction(database, std::chrono::seconds(20), false, std::move(work)));
  EXPECT_TRUE(done) << describe(done.error());
  json::object& objects = snapshot["objects"].as_object();
  for (auto& table : objects["table"].as_object()) table.value().as_object().erase("columns");
  for (auto& sequence : objects["sequence"].as_object()) sequence.value().as_object().erase("next value");
  return snapshot;
}

void expect_same(json::object const& before, json::object const& after, std::string const& when) {
  EXPECT_FALSE(before.at("objects").at("column").as_object().empty()) << "nothing is compared";
  for (engine::Difference const& difference : probes::compare_fingerprints(before, after))
    ADD_FAILURE() << when << ": " << difference.object << " " << difference.what;
}

/// Every row of every table, whatever the order of its columns.
std::string all_rows(postgres::ConnectionParameters const& database) {
  std::string const queries = query_value(
      database,
      "SELECT string_agg(format($$SELECT %L || ' ' || md5(coalesce(string_agg(line, ',' ORDER BY line), '')) "
      "AS line FROM (SELECT to_jsonb(t)::text AS line FROM %s t) r$$, oid::regclass, oid::regclass), "
      "' UNION ALL ') FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace");
  return query_value(database, "SELECT string_agg(line, ', ' ORDER BY line) FROM (" + queries + ") lines");
}

/// The reviewer, which knows what an ALTER TABLE that waits does to others.
void expect_bounded_locks(review::Schema const& schema, std::vector<review::RenderedFile> const& rendered) {
  std::vector<review::SqlFile> files;
  for (review::RenderedFile const& file : rendered)
    files.push_back(review::read_sql(file.name, file.content));
  review::Options options;
  options.schema = schema;
  std::set<std::string> const meant{"lock-timeout-missing", "concurrently-in-transaction",
                                    "concurrently-lock-timeout"};
  auto const known = std::count_if(review::rules().begin(), review::rules().end(),
                                   [&](review::Rule const& rule) { return meant.contains(rule.id); });
  EXPECT_EQ(static_cast<std::size_t>(known), meant.size()) << "the rules are not there";
  review::ReviewReport const report = review::review(files, options);
  for (review::FileReview const& file : report.files) {
    for (review::Finding const& finding : file.findings) {
      if (meant.contains(finding.rule))
        ADD_FAILURE() << file.file->path << ": " << finding.rule << ": " << finding.message << "\n"
                      << file.file->text;
    }
  }
}

class Proof {
 public:
  explicit Proof(Change const& change)
      : change_(change),
        at_once_(fresh()),
        in_phases_(fresh()),
        rewriting_(rewriting_of(in_phases_, change.change)),
        files_(review::render(rewriting_, 1)) {}

  void run() {
    ASSERT_FALSE(rewriting_.files.empty());
    expect_bounded_locks(schema_of(at_once_), files_);
    all_work(in_phases_, change_.former, "before");
    std::string const former = fingerprint(in_phases_);
    json::object const whole = whole_fingerprint(in_phases_);
    ASSERT_NO_FATAL_FAILURE(up_and_down_and_up());
    ASSERT_EQ(run_file(at_once_, change_.prepared + change_.change), "");
    EXPECT_EQ(fingerprint(in_phases_), fingerprint(at_once_));
    expect_same(whole_fingerprint(at_once_), whole_fingerprint(in_phases_), "in phases beside at once");
    ASSERT_NO_FATAL_FAILURE(all_the_way_back());
    EXPECT_EQ(fingerprint(in_phases_), former) << "all the way back";
    expect_same(whole, whole_fingerprint(in_phases_), "all the way back");
    all_work(in_phases_, change_.former, "all the way back");
    ASSERT_NO_FATAL_FAILURE(same_rows_as_at_once());
    former_rows_after_the_way_back();
  }

 private:
  [[nodiscard]] postgres::ConnectionParameters fresh() const {
    return PostgresServer::shared().fresh_database(change_.setup);
  }
  static review::Schema schema_of(postgres::ConnectionParameters const& database) {
    Result<review::Catalogue> const catalogue = run_to_end(review::read_catalogue(database));
    EXPECT_TRUE(catalogue.has_value()) << describe(catalogue.error());
    return catalogue->schema;
  }
  [[nodiscard]] review::RenderedFile const& up(std::size_t i) const { return files_[2 * i]; }
  [[nodiscard]] review::RenderedFile const& down(std::size_t i) const { return files_[2 * i + 1]; }
  [[nodiscard]] bool contracts(std::size_t i) const {
    return rewriting_.files[i].phase == review::Phase::contract;
  }

  /// Each round of phases, expand to contract, leads from one version to the next.
  void up_and_down_and_up() {
    std::vector<std::vector<std::string>> versions{change_.former};
    if (!change_.between.empty()) versions.push_back(change_.between);
    versions.push_back(change_.next);
    std::size_t round = 0;
    bool contracted = false;
    for (std::size_t i = 0; i < rewriting_.files.size(); ++i) {
      if (contracted && !contracts(i)) ++round;
      ASSERT_LT(round + 1, versions.size()) << up(i).name << ": more rounds than versions";
      // Between switch and contract both versions run, and each sees what the other one writes.
      if (contracts(i) && !contracted) {
        all_work(in_phases_, versions[round + 1], "both versions");
        all_work(in_phases_, versions[round], "both versions");
      }
      contracted = contracts(i);
      std::string const before = fingerprint(in_phases_);
      ASSERT_EQ(run_file(in_phases_, up(i).content), "") << up(i).name;
      std::string const after = fingerprint(in_phases_);
      all_work(in_phases_, versions[contracted ? round + 1 : round], up(i).name);
      ASSERT_EQ(run_file(in_phases_, down(i).content), "") << down(i).name;
      EXPECT_EQ(fingerprint(in_phases_), before) << down(i).name;
      if (!contracted) all_work(in_phases_, versions[round], down(i).name);
      ASSERT_EQ(run_file(in_phases_, up(i).content), "") << up(i).name << " again";
      EXPECT_EQ(fingerprint(in_phases_), after) << up(i).name << " again";
    }
    EXPECT_EQ(round + 2, versions.size()) << "a version was never tried";
  }

  void all_the_way_back() {
    bool stopped = change_.stops_at.empty();
    for (std::size_t i = rewriting_.files.size(); i-- > 0;) {
      bool const stops =
          !change_.stops_at.empty() && down(i).name.find(change_.stops_at) != std::string::npos;
      if (stops) {
        std::string const before = fingerprint(in_phases_);
        EXPECT_THAT(run_file(in_phases_, down(i).content), testing::HasSubstr(change_.stops_saying))
            << down(i).name;
        EXPECT_EQ(fingerprint(in_phases_), before) << down(i).name << " did something before it stopped";
        ASSERT_EQ(run_file(in_phases_, change_.goes_on_after), "");
        stopped = true;
      }
      ASSERT_EQ(run_file(in_phases_, down(i).content), "") << "on the way back: " << down(i).name;
    }
    EXPECT_TRUE(stopped) << "no file " << change_.stops_at;
  }

  /// Once more without anybody writing meanwhile, and with backfills that are cut off.
  void same_rows_as_at_once() {
    auto const quiet = fresh();
    for (std::size_t i = 0; i < rewriting_.files.size(); ++i) {
      bool const fills = rewriting_.files[i].phase == review::Phase::backfill &&
                         up(i).content.find("\"" + change_.large + "\"") != std::string::npos;
      if (fills) cut_off(quiet, up(i));
      std::string const before = all_rows(quiet);
      ASSERT_EQ(run_file(quiet, up(i).content), "") << up(i).name;
      if (fills) EXPECT_NE(all_rows(quiet), before) << "nothing was left to do";
    }
    std::string const rows = query_value(at_once_, change_.rows);
    EXPECT_FALSE(rows.empty()) << "the rows are compared by nothing";
    EXPECT_EQ(query_value(quiet, change_.rows), rows);
  }

  /// The server cuts the backfill off itself, in the batch that meets a row which somebody else has locked.
  void cut_off(postgres::ConnectionParameters const& database, review::RenderedFile const& file) {
    std::string const before = all_rows(database);
    std::unique_ptr<PGconn, Finish> const holder(
        PQconnectdb(database.conninfo(std::chrono::seconds(10)).c_str()));
    std::string const lock = "BEGIN; SELECT FROM " + change_.large + " ORDER BY id DESC LIMIT 1 FOR UPDATE";
    std::unique_ptr<PGresult, Clear> const locked(PQexec(holder.get(), lock.c_str()));
    EXPECT_EQ(PQresultStatus(locked.get()), PGRES_TUPLES_OK) << PQresultErrorMessage(locked.get());
    EXPECT_THAT(run_file(database, "SET lock_timeout = '200ms';\n" + file.content),
                testing::HasSubstr("lock timeout"))
        << file.name;
    EXPECT_NE(all_rows(database), before) << file.name << ": the first batch was not kept";
  }

  /// Up to the point of no return, if there is one, nothing is lost.
  void former_rows_after_the_way_back() {
    auto const database = fresh();
    std::string const before = all_rows(database);
    std::size_t end = 0;
    for (; end < rewriting_.files.size() && !rewriting_.files[end].no_return; ++end)
      ASSERT_EQ(run_file(database, up(end).content), "") << up(end).name;
    while (end-- > 0) ASSERT_EQ(run_file(database, down(end).content), "") << down(end).name;
    EXPECT_EQ(all_rows(database), before) << "rows after all down files";
  }

  Change const& change_;
  postgres::ConnectionParameters at_once_;
  postgres::ConnectionParameters in_phases_;
  review::Rewriting rewriting_;
  std::vector<review::RenderedFile> files_;
};

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
    review::Rewriting rewriting = std::move(group->rewriting).value_or(review::Rewriting());
    review::spare_triggers(rewriting, catalogue->schema);
    return rewriting;
  }
  auto const statement = review::parse_statement(change);
  EXPECT_TRUE(statement.has_value());
  auto rewriting = review::rewrite(review::actions_of(*statement, change).front(), catalogue->schema,
                                   {change, catalogue->major});
  EXPECT_TRUE(rewriting.has_value()) << describe(rewriting.error());
  if (rewriting) review::spare_triggers(*rewriting, catalogue->schema);
  return rewriting.value_or(review::Rewriting());
}

void prove(Change const& change) { Proof(change).run(); }

void prove_way_back_from_each_file(Change const& change) {
  auto const database = PostgresServer::shared().fresh_database(change.setup);
  std::string const former = fingerprint(database);
  review::Rewriting const rewriting = rewriting_of(database, change.change);
  std::vector<review::RenderedFile> const files = review::render(rewriting, 1);
  ASSERT_FALSE(files.empty());
  for (std::size_t end = 1; end <= rewriting.files.size(); ++end) {
    std::string const from = "back from " + files[2 * end - 1].name;
    for (std::size_t i = 0; i < end; ++i) ASSERT_EQ(run_file(database, files[2 * i].content), "") << from;
    all_work(database, change.next, from);
    for (std::size_t i = end; i-- > 0;)
      ASSERT_EQ(run_file(database, files[2 * i + 1].content), "") << from << ": " << files[2 * i + 1].name;
    EXPECT_EQ(fingerprint(database), former) << from;
    all_work(database, change.former, from);
  }
}

void prove_file(Change const& change) {
  auto const database = PostgresServer::shared().fresh_database(change.setup);
  auto const at_once = PostgresServer::shared().fresh_database(change.setup);
  json::object const former = whole_fingerprint(database);
  std::string const former_rows = all_rows(database);
  review::Options options;
  options.schema = run_to_end(review::read_catalogue(database)).value().schema;
  review::RewrittenFiles const rewritten =
      review::rewrite_files({review::read_sql("change.sql", change.change)}, options);
  for (Error const& one : rewritten.refusals) ADD_FAILURE() << describe(one);
  ASSERT_FALSE(rewritten.files.empty());
  expect_bounded_locks(options.schema, rewritten.files);
  bool contracted = false;
  for (std::size_t i = 0; i < rewritten.files.size(); i += 2) {
    review::RenderedFile const& up = rewritten.files[i];
    review::RenderedFile const& down = rewritten.files[i + 1];
    contracted = contracted || up.name.find("_contract_") != std::string::npos;
    if (!contracted) all_work(database, change.former, "before " + up.name);
    std::string const before = fingerprint(database);
    ASSERT_EQ(run_file(database, up.content), "") << up.name;
    std::string const after = fingerprint(database);
    ASSERT_EQ(run_file(database, down.content), "") << down.name;
    EXPECT_EQ(fingerprint(database), before) << down.name;
    ASSERT_EQ(run_file(database, up.content), "") << up.name << " again";
    EXPECT_EQ(fingerprint(database), after) << up.name << " again";
  }
  ASSERT_EQ(run_file(at_once, change.change), "");
  expect_same(whole_fingerprint(at_once), whole_fingerprint(database), "in phases beside at once");
  EXPECT_EQ(all_rows(database), all_rows(at_once));
  all_work(database, change.next, "at the end");
  for (std::size_t i = rewritten.files.size(); i > 0; i -= 2)
    ASSERT_EQ(run_file(database, rewritten.files[i - 1].content), "") << rewritten.files[i - 1].name;
  expect_same(former, whole_fingerprint(database), "all the way back");
  EXPECT_EQ(all_rows(database), former_rows);
  all_work(database, change.former, "all the way back");
}

}  // namespace pgdrill::test
