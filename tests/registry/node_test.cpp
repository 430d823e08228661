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
  Audit const killed = stage.audited_after_kill("node_modules/.bin/knex migrate:latest");
  EXPECT_THAT(audit_text(killed), HasSubstr("stale-lock"));
  ASSERT_EQ(killed.backends.size(), 1U) << audit_text(killed);
  EXPECT_THAT(killed.backends[0].query, HasSubstr("pg_sleep"));
}

// The client downloads its engine from elsewhere; the same engine is published as WebAssembly.
TEST(Registry, Prisma) {
  auto const tool =
      install("prisma",
              "npm init -y > /dev/null && npm install --no-audit --no-fund pg @prisma/adapter-pg@7.10 "
              "@prisma/driver-adapter-utils@7.10 "
              "@prisma/schema-engine-wasm@7.10.0-4.0edf323efd1d98336f3f0a68684b56f689b900d3");
  SKIP_WITHOUT(tool);
  Stage const stage;
  stage.write("run.mjs", R"(
import * as engine from '@prisma/schema-engine-wasm/schema_engine_bg';
import fs from 'node:fs';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
const code = fs.readFileSync('node_modules/@prisma/schema-engine-wasm/schema_engine_bg.wasm');
const { instance } = await WebAssembly.instantiate(code, { './schema_engine_bg.js': engine });
engine.__wbg_set_wasm(instance.exports);
instance.exports.__wbindgen_start?.();
const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg({ connectionString: process.env.DATABASE_URL }));
const schema = [['schema.prisma', 'datasource db { provider = "postgresql" }']];
const prisma = await engine.SchemaEngine.new({ datamodels: schema }, () => {}, adapter);
const folders = fs.readdirSync('migrations').filter((name) => /^\d/.test(name)).sort();
const read = (path) => fs.readFileSync('migrations/' + path, 'utf8');
const migrationsList = {
  baseDir: 'migrations', shadowDbInitScript: '',
  lockfile: { path: 'migration_lock.toml', content: read('migration_lock.toml') },
  migrationDirectories: folders.map((path) => (
    { path, migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: read(path + '/migration.sql') } } })),
};
await prisma.applyMigrations({ migrationsList, filters: { externalTables: [], externalEnums: [] } });
)");
  stage.write("migrations/migration_lock.toml", "provider = \"postgresql\"\n");
  stage.write("migrations/20240101000000_a/migration.sql", "CREATE TABLE a (id int);\n");
  stage.write("migrations/20240201000000_wrong/migration.sql", "SELECT nothing_here;\n");
  stage.run(with_modules(tool, "node run.mjs"), 1);
  Audit const audit = stage.audited();
  History const& history = the_history(audit, "prisma").found.history;
  EXPECT_EQ(history.last(RunState::applied)->version, "20240101000000_a");
  EXPECT_EQ(history.last_failure()->version, "20240201000000_wrong");
  EXPECT_THAT(audit_text(audit), HasSubstr("dirty-history"));
  EXPECT_THAT(audit_text(audit), testing::Not(HasSubstr("changed-checksum")));
  stage.write("migrations/20240101000000_a/migration.sql", "CREATE TABLE a (id bigint);\n");
  EXPECT_THAT(audit_text(stage.audited()), HasSubstr("changed-checksum"));
}

// A Go program; the npm registry has its binaries.
TEST(Registry, Dbmate) {
  auto const tool =
      install("dbmate", "npm init -y > /dev/null && npm install --no-audit --no-fund dbmate@2.36.0");
  SKIP_WITHOUT(tool);
  std::string const dbmate =
      (tool.folder / "node_modules/.bin/dbmate").string() + " -d m --no-dump-schema up";
  Stage const stage;
  stage.write("m/20240101000000_a.sql",
              "-- migrate:up\nCREATE TABLE a (id int);\n-- migrate:down\nDROP TABLE a;\n");
  stage.run(dbmate);
  stage.write("m/20240201000000_wrong.sql", "-- migrate:up\nSELECT nothing_here;\n-- migrate:down\n");
  stage.run(dbmate, 2);
  Audit const audit = stage.audited();
  EXPECT_EQ(the_history(audit, "dbmate").found.history.last(RunState::applied)->version, "20240101000000");
  EXPECT_EQ(audit.pending(), 1U);
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
