// Names and values that would end a string, a format, a comment or a dollar quote.
#include <gtest/gtest.h>

#include "tests/support/postgres_server.hpp"
#include "tests/unit/migrations_rewrite/proof.hpp"

namespace pgdrill::test {
namespace {

struct Named {
  std::string setup;
  std::string change;
};

/// Every file up and, but those after the point of no return, down again.
void expect_runs(Named const& named) {
  auto const database = PostgresServer::shared().fresh_database(named.setup);
  review::Rewriting const rewriting = rewriting_of(database, named.change);
  std::vector<review::RenderedFile> const files = review::render(rewriting, 1);
  ASSERT_FALSE(files.empty()) << named.change;
  for (std::size_t i = 0; i < files.size(); i += 2)
    ASSERT_EQ(run_file(database, files[i].content), "") << files[i].content;
  for (std::size_t i = files.size(); i > 0; i -= 2)
    ASSERT_EQ(run_file(database, files[i - 1].content), "") << files[i - 1].content;
}

TEST(RewriteNames, AreQuotedWhereverTheyStand) {
  // The line after the break would drop a table if it were not part of a comment.
  for (std::string const table :
       {"o'brien", "100% x", "a\nDROP TABLE kept; --", "$verify$ $sync$ $backfill$"}) {
    std::string const quoted = "\"" + table + "\"";
    std::string const column = "\"" + table + " c\"";
    std::string const made =
        "CREATE TABLE kept (); CREATE TABLE " + quoted + " (id serial PRIMARY KEY, " + column +
        " text NOT NULL DEFAULT '$sync$ $fill$', n text DEFAULT '$fill$', unused int); INSERT "
        "INTO " +
        quoted + " (n) VALUES ('x');";
    std::string const alter = "ALTER TABLE " + quoted;
    for (std::string const& change :
         {alter + " RENAME COLUMN " + column + " TO c", alter + " ALTER COLUMN n SET NOT NULL",
          alter + " ALTER COLUMN id TYPE bigint", alter + " DROP COLUMN " + column,
          alter + " RENAME TO \"next of " + table + "\"",
          alter + " ALTER COLUMN " + column + " TYPE varchar(40)",
          "CREATE TABLE made (id int PRIMARY KEY, unused int); INSERT INTO made (id, unused) SELECT id, "
          "unused FROM " +
              quoted + "; " + alter + " DROP COLUMN unused;"}) {
      expect_runs({made + "GRANT SELECT ON " + quoted + " TO pg_monitor;", change});
    }
  }
}

}  // namespace
}  // namespace pgdrill::test
