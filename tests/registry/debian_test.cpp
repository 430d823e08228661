// Tools that Debian packages: sqitch with libdbd-pg-perl, and Rails' ruby-activerecord with ruby-pg.
#include "tests/registry/registry.hpp"

namespace pgdrill::migrations {
namespace {

using testing::HasSubstr;

TEST(Registry, Sqitch) {
  auto const tool = install("sqitch", "sqitch --version && perl -MDBD::Pg -e 1");
  SKIP_WITHOUT(tool);
  Stage const stage;
  std::string const sqitch = "HOME=\"$PWD\" SQITCH_EMAIL=a@b SQITCH_FULLNAME=a sqitch ";
  std::string const target = " db:pg://$DBUSER@$HOST:$PORT/$NAME";
  stage.run(sqitch + "init shop --engine pg && " + sqitch + "add a -n a && " + sqitch + "add b -n b && " +
            sqitch + "add c -n c");
  stage.write("deploy/a.sql", "CREATE TABLE a (id int);\n");
  stage.write("revert/a.sql", "DROP TABLE a;\n");
  stage.write("deploy/b.sql", "SELECT nothing_here;\n");
  for (char const* const change : {"a", "b", "c"}) stage.write("verify/" + std::string(change) + ".sql", "");
  stage.run(sqitch + "deploy --mode change" + target, 2);
  Audit const failed = stage.audited();
  History const& history = the_history(failed, "sqitch").found.history;
  EXPECT_EQ(history.last(RunState::applied)->version, "a");
  EXPECT_EQ(history.last_failure()->version, "b");
  EXPECT_EQ(failed.pending(), 2U);
  EXPECT_THAT(audit_text(failed), testing::Not(HasSubstr("changed-checksum")));
  stage.write("deploy/a.sql", "CREATE TABLE a (id bigint);\n");
  EXPECT_THAT(audit_text(stage.audited()), HasSubstr("changed-checksum"));
}

TEST(Registry, Rails) {
  auto const tool = install("rails", "ruby -e 'require \"active_record\"; require \"pg\"'");
  SKIP_WITHOUT(tool);
  Stage const stage;
  stage.write("db/migrate/20240101000000_orders.rb",
              "class Orders < ActiveRecord::Migration[6.1]\n  def change\n    create_table(:orders) { |t| "
              "t.integer :total }\n  end\nend\n");
  stage.write(
      "db/migrate/20240201000000_wrong.rb",
      "class Wrong < ActiveRecord::Migration[6.1]\n  def change\n    execute 'SELECT nothing_here'\n  "
      "end\nend\n");
  stage.write("run.rb",
              "require 'active_record'\nActiveRecord::Base.establish_connection(ENV['DATABASE_URL'])\n"
              "ActiveRecord::MigrationContext.new('db/migrate', ActiveRecord::SchemaMigration).migrate\n");
  stage.run("ruby run.rb", 1);
  stage.run("psql -q \"$DATABASE_URL\" -c 'ALTER TABLE orders ADD COLUMN by_hand text'");
  Audit const audit = stage.audited();
  EXPECT_EQ(the_history(audit, "rails").found.history.last(RunState::applied)->version, "20240101000000");
  EXPECT_EQ(audit.pending(), 1U);
  EXPECT_THAT(audit_text(audit), HasSubstr("column public.orders.by_hand"));
}

}  // namespace
}  // namespace pgdrill::migrations
