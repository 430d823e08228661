#include "tests/registry/registry.hpp"

namespace pgdrill::migrations {
namespace {

using testing::HasSubstr;

Installed node() {
  return install("node",
                 "npm init -y > /dev/null && npm install --no-audit --no-fund knex pg node-pg-migrate "
                 "sequelize umzug typeorm reflect-metadata");
}

std::string with_modules(Installed const& tool, std::string const& command) {
  return "ln -sfn " + (tool.folder / "node_modules").string() + " node_modules && " + command;
}

TEST(Registry, Knex) {
  auto const tool = node();
  SKIP_WITHOUT(tool);
  Stage const stage;
  stage.write("knex/20240101000000_orders.js",
              "exports.up = (knex) => knex.schema.createTable('orders', (t) => { t.increments('id'); "
              "t.integer('total'); });\n"
              "exports.down = (knex) => knex.schema.dropTable('orders');\n");
  stage.write("knexfile.js",
              "module.exports = { client: 'pg', connection: process.env.DATABASE_URL, migrations: { "
              "directory: './knex' } };\n");
  stage.run(with_modules(tool, "node_modules/.bin/knex migrate:latest"));
  stage.run("psql -q \"$DATABASE_URL\" -c 'ALTER TABLE orders ADD COLUMN by_hand text'");
  Audit const audit = stage.audited();
  EXPECT_EQ(the_history(audit, "knex").files, 1U);
  EXPECT_EQ(audit.pending(), 0U);
  EXPECT_THAT(audit_text(audit), HasSubstr("column public.orders.by_hand"));
  // Killed in a migration without a transaction it leaves its lock, and the statement runs on.
  stage.write(
      "knex/20240201000000_slow.js",
      "exports.config = { transaction: false };\nexports.up = (knex) => knex.raw('SELECT pg_sleep(60)');\n"
      "exports.down = () => {};\n");
  stage.run(with_modules(
      tool,
      "exec node_modules/.bin/knex migrate:latest & while [ \"$(psql -Atq \"$DATABASE_URL\" -c \"SELECT "
      "count(*) "
      "FROM "
      "pg_stat_activity WHERE wait_event = 'PgSleep'\")\" != 1 ]; do :; done; kill -9 $!; wait $! || true"));
  Audit const killed = stage.audited();
  EXPECT_THAT(audit_text(killed), HasSubstr("stale-lock"));
  stage.run(
      "psql -q \"$DATABASE_URL\" -c \"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
      "wait_event = 'PgSleep'\"");
}

TEST(Registry, NodePgMigrate) {
  auto const tool = node();
  SKIP_WITHOUT(tool);
  Stage const stage;
  stage.write("pgm/1700000000000_orders.sql",
              "-- Up Migration\nCREATE TABLE orders (id int);\n-- Down Migration\nDROP TABLE orders;\n");
  stage.run(with_modules(tool, "node_modules/.bin/node-pg-migrate up -m pgm"));
  Audit const audit = stage.audited();
  EXPECT_EQ(the_history(audit, "node-pg-migrate").files, 1U);
  EXPECT_EQ(audit.pending(), 0U);
}

TEST(Registry, TypeOrmAndUmzug) {
  auto const tool = node();
  SKIP_WITHOUT(tool);
  Stage const stage;
  stage.write("run.js",
              "require('reflect-metadata');\n(async () => {\n  const { Sequelize } = require('sequelize');\n "
              " const { Umzug, SequelizeStorage } = require('umzug');\n"
              "  const sequelize = new Sequelize(process.env.DATABASE_URL, { dialect: 'postgres', logging: "
              "false });\n"
              "  const umzug = new Umzug({ migrations: [{ name: '20240101000000-a.js', up: async () => {} "
              "}], storage: new SequelizeStorage({ sequelize }), logger: undefined });\n"
              "  await umzug.up(); await sequelize.close();\n  const { DataSource } = require('typeorm');\n"
              "  class Orders1700000000000 { async up(q) { await q.query('CREATE TABLE orders (id int)'); } "
              "async down() {} }\n"
              "  const source = new DataSource({ type: 'postgres', url: process.env.DATABASE_URL, "
              "migrations: [Orders1700000000000] });\n"
              "  await source.initialize(); await source.runMigrations(); await "
              "source.destroy();\n})().catch((e) => { console.error(e); process.exit(1); });\n");
  stage.run(with_modules(tool, "node run.js"));
  Audit const audit = stage.audited();
  std::vector<std::string> tools;
  for (AuditedHistory const& history : audit.histories) tools.push_back(history.found.history.tool);
  EXPECT_THAT(tools, testing::UnorderedElementsAre("typeorm", "umzug"));
}

}  // namespace
}  // namespace pgdrill::migrations
