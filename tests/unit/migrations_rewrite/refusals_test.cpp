// What cannot be rewritten says why, and what to do.
#include <gmock/gmock.h>

#include <array>

#include "harness/base/task.hpp"
#include "harness/base/text.hpp"
#include "harness/migrations/review/catalogue.hpp"
#include "harness/migrations/rewrite/rewrite_files.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/unit/migrations_rewrite/proof.hpp"

namespace pgdrill::test {
namespace {

using testing::HasSubstr;

/// Of a change, each with its place, reason and advice. Nothing is written beside them.
std::vector<std::string> refusals(std::string const& setup, std::string const& change) {
  auto const database = PostgresServer::shared().fresh_database(setup);
  Result<review::Catalogue> const catalogue = run_to_end(review::read_catalogue(database));
  review::Options options;
  options.schema = catalogue.value().schema;
  review::RewrittenFiles const rewritten =
      review::rewrite_files({review::read_sql("change.sql", change)}, options);
  EXPECT_TRUE(rewritten.files.empty());
  std::vector<std::string> out;
  for (Error const& one : rewritten.refusals) out.push_back(describe(one));
  return out;
}
std::string refusal(std::string const& setup, std::string const& change) {
  std::vector<std::string> const all = refusals(setup, change);
  return all.size() == 1 ? all.front() : "not one refusal";
}

std::string const people =
    "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE people (id int PRIMARY KEY, name text, born date, "
    "m mood);";

TEST(RewriteRefusals, SayWhy) {
  EXPECT_THAT(refusal(people + "CREATE VIEW v AS SELECT * FROM people;",
                      "ALTER TABLE people ALTER COLUMN id TYPE bigint;"),
              HasSubstr("view public.v"));
  EXPECT_THAT(refusal(people,
                      "ALTER TABLE people ADD COLUMN year int; UPDATE people SET year = extract(year FROM "
                      "born); ALTER TABLE people DROP COLUMN born;"),
              HasSubstr("-- pgdrill: back born = "));
  EXPECT_THAT(refusal(people,
                      "CREATE TABLE names (id int, name text); INSERT INTO names (id, name) SELECT id, name "
                      "FROM people; ALTER TABLE people DROP COLUMN name;"),
              HasSubstr("which row"));
}

TEST(RewriteRefusals, OfWhatAnIndexBelowAConstraintCarries) {
  EXPECT_THAT(refusal(people, "ALTER TABLE people ADD UNIQUE (name) WITH (fillfactor = 70);"),
              HasSubstr("storage parameters"));
  std::string const including = people + "ALTER TABLE people ADD UNIQUE (born) INCLUDE (name);";
  for (std::string const change :
       {"ALTER TABLE people RENAME name TO label;", "ALTER TABLE people DROP COLUMN name;"})
    EXPECT_THAT(refusal(including, change), HasSubstr("constraint people_born_name_key")) << change;
  EXPECT_THAT(refusal("CREATE TABLE keyed (id int, x int, PRIMARY KEY (id) INCLUDE (x));",
                      "ALTER TABLE keyed ALTER id TYPE bigint;"),
              HasSubstr("has more than its column"));
}

TEST(RewriteRefusals, OfWhatStandsOnTheColumn) {
  std::string const named = people + "ALTER TABLE people ALTER name SET NOT NULL;";
  for (auto const& [sql, said] : std::vector<std::pair<std::string, std::string>>{
           {"CREATE POLICY p ON people USING (name = current_user);", "policy p"},
           {"ALTER TABLE people ADD loud text GENERATED ALWAYS AS (upper(name)) STORED;", "column loud"},
           {"CREATE TRIGGER t BEFORE UPDATE OF name ON people FOR EACH ROW EXECUTE FUNCTION "
            "suppress_redundant_updates_trigger();",
            "trigger t"},
           {"CREATE PUBLICATION feed FOR TABLE people (id, name);", "publication feed"},
           {"CREATE STATISTICS s ON name, born FROM people;", "statistics object public.s"},
           {"CREATE UNIQUE INDEX i ON people (name); ALTER TABLE people REPLICA IDENTITY USING INDEX i;",
            "replica identity public.i"}}) {
    for (std::string const change :
         {"ALTER TABLE people RENAME name TO label;", "ALTER TABLE people DROP COLUMN name;"})
      EXPECT_THAT(refusal(named + sql, change),
                  testing::AllOf(HasSubstr(said), HasSubstr("stands on column name")))
          << change;
  }
  EXPECT_THAT(refusal(people + "ALTER TABLE people ADD loud text GENERATED ALWAYS AS (upper(name)) STORED;",
                      "ALTER TABLE people RENAME loud TO louder;"),
              HasSubstr("is a generated column"));
}

TEST(RewriteRefusals, WhatAStatementBeforeMadeIsNotKnownExactly) {
  for (std::string const before :
       {"CREATE INDEX i ON people (name);", "ALTER TABLE people ADD CHECK (name <> '');",
        "ALTER TABLE people ALTER name SET DEFAULT 'x';"}) {
    auto const database = PostgresServer::shared().fresh_database(people);
    review::Options options;
    options.schema = run_to_end(review::read_catalogue(database)).value().schema;
    review::RewrittenFiles const rewritten = review::rewrite_files(
        {review::read_sql("change.sql", before + "ALTER TABLE people RENAME name TO label;")}, options);
    ASSERT_FALSE(rewritten.refusals.empty()) << before;
    EXPECT_THAT(describe(rewritten.refusals.back()), HasSubstr("a statement before it")) << before;
  }
}

TEST(RewriteRefusals, OfEnumsSayWhichLabelIsNotKnown) {
  auto const replaced = [](std::string const& labels, std::string const& expression) {
    return "ALTER TYPE mood RENAME TO was; CREATE TYPE mood AS ENUM (" + labels +
           "); ALTER TABLE people ALTER m TYPE mood" + (expression.ends_with("[]") ? "[]" : "") + " USING " +
           expression + "; DROP TYPE was;";
  };
  EXPECT_THAT(refusal(people, replaced("'ok'", "m::text::mood")), HasSubstr("label 'sad' of people.m"));
  EXPECT_THAT(refusal(people, replaced("'sad', 'ok', 'fine'", "m::text::mood")),
              HasSubstr("-- pgdrill: back 'fine' = 'LABEL'"));
  EXPECT_THAT(refusal(people, replaced("'sad', 'ok'", "lower(m::text)::mood")),
              HasSubstr("CASE over labels"));
  std::string const arrays =
      "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE people (id int PRIMARY KEY, m mood[] DEFAULT "
      "'{sad,NULL}');";
  EXPECT_THAT(refusal(arrays, "ALTER TYPE mood RENAME VALUE 'ok' TO 'fine';"),
              HasSubstr("the default of m is not a label"));
  EXPECT_THAT(refusal(arrays, replaced("'sad', 'ok'", "array_remove(m::text[], 'x')::mood[]")),
              HasSubstr("array_replace"));
  EXPECT_THAT(refusal(arrays, replaced("'sad', 'ok'", "m::text::mood")),
              HasSubstr("people.m is not of the type"));
  EXPECT_THAT(refusal(people + "CREATE INDEX i ON people (id) WHERE m = 'ok';",
                      "ALTER TYPE mood RENAME VALUE 'ok' TO 'fine';"),
              HasSubstr("index i names labels"));
}

/// Files stand for the whole input: what the phases do not carry out refuses all of it.
TEST(RewriteRefusals, OfStatementsThatThePhasesWouldDrop) {
  std::string const setup =
      people + "CREATE TABLE kept (id int, name text); ALTER TABLE people ADD label text;";
  std::string const drop = " ALTER TABLE people DROP COLUMN name;";
  for (auto const& [before, said] : std::vector<std::pair<std::string, std::string>>{
           {"INSERT INTO kept SELECT id, name FROM people;", "insert on kept"},
           {"DO $$ BEGIN UPDATE people SET label = name; END $$;", "DO block"},
           {"MERGE INTO people p USING people s ON p.id = s.id WHEN MATCHED THEN UPDATE SET label = s.name;",
            "merge"},
           {"WITH r AS (INSERT INTO kept SELECT id, name FROM people RETURNING 1) SELECT count(*) FROM r;",
            ""},
           {"FROBNICATE people;", "not understood"},
           {"CREATE TABLE names AS SELECT id, name FROM people;", "create-table"},
           {"SELECT set_config('search_path', 'other', false);", "select"},
           {"SET search_path = other;", "SET search_path"},
           {"ALTER TYPE mood ADD VALUE 'fine';", "label 'fine'"}}) {
    for (std::string const& change : {before + drop, drop + before}) {
      std::string const refused = join(refusals(setup, change), "\n");
      EXPECT_THAT(refused, testing::AllOf(HasSubstr("change.sql:1:"), HasSubstr("cannot rewrite"))) << change;
      if (before.find("MERGE") == std::string::npos) EXPECT_THAT(refused, HasSubstr(said)) << change;
    }
  }
}

TEST(RewriteRefusals, OfSeveralChangesOfOneColumn) {
  for (std::string const change :
       {"ALTER TABLE people ALTER name SET NOT NULL, ALTER name SET DEFAULT 'zz';",
        "ALTER TABLE people ALTER born TYPE timestamp, ALTER born SET DEFAULT now(), ADD COLUMN q int;",
        "ALTER TABLE people ALTER born TYPE timestamp; ALTER TABLE people ALTER born SET DEFAULT now();"})
    EXPECT_THAT(refusals(people, change), testing::Contains(HasSubstr("in another way, too"))) << change;
}

TEST(RewriteRefusals, OfTablesWhoseRowsAreElsewhereOrHidden) {
  for (std::string const change :
       {"ALTER TABLE people RENAME name TO label;", "ALTER TABLE ONLY people ALTER name SET NOT NULL;",
        "ALTER TABLE people DROP COLUMN name;"}) {
    EXPECT_THAT(refusal(people + "CREATE TABLE child (id int PRIMARY KEY) INHERITS (people);", change),
                HasSubstr("inherits or is inherited from"))
        << change;
    EXPECT_THAT(refusal("CREATE TABLE base (name text);"
                        "CREATE TABLE people (id int PRIMARY KEY) INHERITS (base);",
                        change),
                HasSubstr("inherits or is inherited from"))
        << change;
    EXPECT_THAT(refusal(people + "CREATE RULE keep AS ON UPDATE TO people DO INSTEAD NOTHING;", change),
                HasSubstr("rule keep"))
        << change;
  }
  EXPECT_THAT(
      refusal(people + "ALTER TABLE people ENABLE ROW LEVEL SECURITY;",
              "CREATE TABLE names (id int PRIMARY KEY, name text); INSERT INTO names (id, name) SELECT id, "
              "name FROM people; ALTER TABLE people DROP COLUMN name;"),
      HasSubstr("row level security"));
}

/// The owner whom policies bind sees some rows; a file that he runs must not take them for all.
TEST(RewriteRefusals, OfRowsThatRowSecurityHides) {
  std::string const hidden =
      "DO $$ BEGIN CREATE ROLE bound LOGIN; EXCEPTION WHEN duplicate_object THEN END $$;"
      "GRANT ALL ON SCHEMA public TO bound; SET ROLE bound;"
      "CREATE TABLE people (id int PRIMARY KEY, name text, note text DEFAULT 'n');"
      "INSERT INTO people SELECT i, 'n' || i, NULL FROM generate_series(1, 10) i;"
      "ALTER TABLE people ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;"
      "CREATE POLICY p ON people USING (id % 2 = 0);";
  for (std::string const change :
       {"ALTER TABLE people RENAME name TO label;", "ALTER TABLE people ALTER name SET NOT NULL;",
        "ALTER TABLE people ALTER note SET NOT NULL;", "ALTER TABLE people DROP COLUMN name;"}) {
    auto database = PostgresServer::shared().fresh_database(hidden);
    review::Rewriting const rewriting = rewriting_of(database, change);
    std::string said;
    for (review::RenderedFile const& file : review::render(rewriting, 1)) {
      if (!file.name.ends_with(".up.sql") || !said.empty()) continue;
      EXPECT_THAT(file.content, testing::Not(HasSubstr("DROP COLUMN"))) << "rows that nobody saved";
      said = run_file(database, "SET ROLE bound;" + file.content);
    }
    EXPECT_THAT(said, HasSubstr("would be affected by row-level security policy")) << change;
    database.user = "bound";
    review::Options options;
    options.schema = run_to_end(review::read_catalogue(database)).value().schema;
    review::RewrittenFiles const refused =
        review::rewrite_files({review::read_sql("change.sql", change)}, options);
    EXPECT_TRUE(refused.files.empty());
    ASSERT_EQ(refused.refusals.size(), 1U);
    EXPECT_THAT(describe(refused.refusals.front()), HasSubstr("hides rows"));
  }
}

TEST(RewriteRefusals, OfTypesWhoseCastDependsOnTheSession) {
  std::string const times =
      "CREATE TABLE people (id int PRIMARY KEY, t timestamp, z timestamptz, d date, i interval, n int "
      "DEFAULT 0);";
  for (auto const& [change, said] :
       std::vector<std::pair<std::string, std::string>>{{"t TYPE timestamptz", "TimeZone"},
                                                        {"z TYPE timestamp", "AT TIME ZONE"},
                                                        {"z TYPE date", "TimeZone"},
                                                        {"z TYPE text", "TimeZone"},
                                                        {"d TYPE text", "DateStyle"},
                                                        {"i TYPE text", "IntervalStyle"},
                                                        {"n TYPE boolean USING n::boolean", "the default 0"}})
    EXPECT_THAT(refusal(times, "ALTER TABLE people ALTER " + change), HasSubstr(said)) << change;
}

TEST(RewriteRefusals, OfWhatWouldStopHalfWay) {
  for (auto const& [setup, change, said] : std::vector<std::array<std::string, 3>>{
           {"n int GENERATED ALWAYS AS IDENTITY", "DROP COLUMN n", "the sequence"},
           {"n serial", "DROP COLUMN n", "the sequence"},
           {"n filled", "DROP COLUMN n", "domain public.filled refuses NULL"},
           {"n filled", "RENAME n TO m", "domain public.filled refuses NULL"},
           {"n int UNIQUE", "ADD UNIQUE (n)", "of this name"},
           {"n int, CHECK (id > -5)", "ADD CHECK (id > 0)", "of this name"}})
    EXPECT_THAT(refusal("CREATE DOMAIN filled AS text NOT NULL; CREATE TABLE people (id int PRIMARY KEY, " +
                            setup + ");",
                        "ALTER TABLE people " + change),
                HasSubstr(said))
        << change;
}

/// Rows of the next version would be NULL, which the former one never reads, and going down stops at them.
TEST(RewriteRefusals, OfAColumnOfWhichNobodySaysWhatItHoldsLater) {
  std::string const filled = people + "ALTER TABLE people ALTER name SET NOT NULL;";
  std::string const drop = "ALTER TABLE people DROP COLUMN name;";
  EXPECT_THAT(refusal(filled, drop), HasSubstr("-- pgdrill: back name = EXPRESSION"));
  for (auto const& [back, said] :
       std::vector<std::pair<std::string, std::string>>{{"name", "names name"},
                                                        {"upper(nam)", "names nam"},
                                                        {"(SELECT 'x')", "is a subquery"},
                                                        {"'x' ||", "is no expression"}}) {
    std::string const comment = "-- pgdrill: back name = " + back + "\n";
    EXPECT_THAT(refusal(filled, comment + drop), HasSubstr(said)) << back;
    EXPECT_THAT(refusal(people, comment +
                                    "ALTER TABLE people ADD COLUMN label text; UPDATE people SET label "
                                    "= name || ''; " +
                                    drop),
                HasSubstr(said))
        << back;
  }
}

TEST(RewriteRefusals, OfATriggerThatFiresAfterOurs) {
  std::string const late = people +
                           "CREATE TRIGGER zzz BEFORE UPDATE ON people FOR EACH ROW EXECUTE FUNCTION "
                           "suppress_redundant_updates_trigger();";
  for (std::string const change :
       {"ALTER TABLE people RENAME name TO label;", "ALTER TABLE people ALTER name TYPE varchar(9);",
        "ALTER TABLE people ALTER name SET NOT NULL;",
        "ALTER TABLE people ADD COLUMN label text; UPDATE people SET label = name || ''; -- pgdrill: back "
        "name = "
        "label\n"
        "ALTER TABLE people DROP COLUMN name;",
        "CREATE TABLE names (id int PRIMARY KEY, name text); INSERT INTO names (id, name) SELECT id, name "
        "FROM "
        "people; ALTER TABLE people DROP COLUMN name;",
        "ALTER TYPE mood RENAME VALUE 'ok' TO 'fine';"})
    EXPECT_THAT(refusal(late, change), HasSubstr("trigger zzz may change a row after")) << change;
}

/// One of ours, of files that have begun, is behind none.
TEST(RewriteRefusals, NotOfATriggerOfARewriteThatIsUnderWay) {
  auto const database = PostgresServer::shared().fresh_database(people);
  for (review::RenderedFile const& file :
       review::render(rewriting_of(database, "ALTER TABLE people RENAME born TO birthday"), 1)) {
    bool const expands = file.name.find("_contract_") == std::string::npos && file.name.ends_with(".up.sql");
    if (expands) ASSERT_EQ(run_file(database, file.content), "") << file.name;
  }
  review::Rewriting const beside = rewriting_of(database, "ALTER TABLE people RENAME name TO label");
  ASSERT_FALSE(beside.files.empty());
  EXPECT_EQ(beside.files.front().what, "add_column") << "ours is not the table's own";
}

/// Not even the drop, which could be rewritten alone.
TEST(RewriteRefusals, OfOneStatementRefuseAllOthers) {
  for (std::string const where : {" WHERE id > 0", " FROM kept WHERE kept.id = people.id"})
    EXPECT_FALSE(refusals(people + "CREATE TABLE kept (id int);",
                          "ALTER TABLE people ADD COLUMN label text; UPDATE people SET label = name" + where +
                              "; ALTER TABLE people DROP COLUMN name;")
                     .empty());
  EXPECT_FALSE(
      refusals(people,
               "CREATE TABLE names (id int PRIMARY KEY, name text); INSERT INTO names (id, name) SELECT "
               "id, name FROM people WHERE born IS NULL; ALTER TABLE people DROP COLUMN name;")
          .empty());
}

TEST(RewriteFiles, CarryOverAColumnAndADefaultInTheirOrder) {
  auto const database =
      PostgresServer::shared().fresh_database(people + "INSERT INTO people VALUES (1, 'n');");
  review::Options options;
  options.schema = run_to_end(review::read_catalogue(database)).value().schema;
  review::RewrittenFiles const rewritten = review::rewrite_files(
      {review::read_sql(
          "change.sql",
          "SET lock_timeout = '1s'; ALTER TABLE people RENAME name TO label; ALTER TABLE people ADD "
          "COLUMN name int; ALTER TABLE people ALTER label SET DEFAULT 'it''s';")},
      options);
  ASSERT_THAT(rewritten.refusals, testing::IsEmpty());
  for (std::size_t i = 0; i < rewritten.files.size(); i += 2)
    ASSERT_EQ(run_file(database, rewritten.files[i].content), "") << rewritten.files[i].name;
  std::string const row = "SELECT to_jsonb(people)::text FROM people WHERE id = ";
  EXPECT_EQ(run_file(database, "INSERT INTO people (id) VALUES (2);"), "");
  EXPECT_THAT(query_value(database, row + "1"), HasSubstr(R"("name": null, "label": "n")"));
  EXPECT_THAT(query_value(database, row + "2"), HasSubstr(R"("name": null, "label": "it's")"));
  for (std::size_t i = rewritten.files.size(); i > 0; i -= 2)
    ASSERT_EQ(run_file(database, rewritten.files[i - 1].content), "") << rewritten.files[i - 1].name;
  EXPECT_THAT(query_value(database, row + "1"), HasSubstr(R"("name": "n")"));
}

TEST(RewriteRefusals, AnAddedLabelIsANoteAndNoRefusal) {
  review::RewrittenFiles const rewritten =
      review::rewrite_files({review::read_sql("change.sql", "ALTER TYPE mood ADD VALUE 'fine';")}, {});
  EXPECT_THAT(rewritten.files, testing::IsEmpty());
  EXPECT_THAT(rewritten.refusals, testing::IsEmpty());
  EXPECT_THAT(rewritten.notes, testing::ElementsAre(HasSubstr("change.sql:1:1: label 'fine' of enum mood")));
}

TEST(RewriteRefusals, TypeWithOtherUsersIsRefusedByTheFirstFile) {
  auto const database = PostgresServer::shared().fresh_database(
      people + "CREATE FUNCTION f(mood) RETURNS int LANGUAGE sql AS 'SELECT 1';");
  Result<review::Catalogue> const catalogue = run_to_end(review::read_catalogue(database));
  review::Options options;
  options.schema = catalogue.value().schema;
  review::RewrittenFiles const rewritten = review::rewrite_files(
      {review::read_sql("change.sql", "ALTER TYPE mood RENAME VALUE 'ok' TO 'fine';")}, options);
  ASSERT_FALSE(rewritten.files.empty());
  EXPECT_THAT(rewritten.files.front().content, HasSubstr("has other users"));
  EXPECT_THAT(run_file(database, rewritten.files.front().content), HasSubstr("function f(mood)"));
}

}  // namespace
}  // namespace pgdrill::test
