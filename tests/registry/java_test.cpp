#include "tests/registry/registry.hpp"

namespace pgdrill::migrations {
namespace {

using testing::HasSubstr;

constexpr char const* pom =
    R"(<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>x</groupId><artifactId>x</artifactId><version>1</version>
<dependencies>
<dependency><groupId>org.flywaydb</groupId><artifactId>flyway-core</artifactId><version>11.8.2</version></dependency>
<dependency><groupId>org.flywaydb</groupId><artifactId>flyway-database-postgresql</artifactId><version>11.8.2</version></dependency>
<dependency><groupId>org.postgresql</groupId><artifactId>postgresql</artifactId><version>42.7.5</version></dependency>
<dependency><groupId>org.liquibase</groupId><artifactId>liquibase-core</artifactId><version>4.31.1</version></dependency>
</dependencies></project>)";

Installed java() {
  return install("java", "java -version 2> /dev/null && cat > pom.xml <<'END'\n" + std::string(pom) +
                             "\nEND\nmvn -q -B dependency:copy-dependencies -DoutputDirectory=lib");
}

TEST(Registry, Flyway) {
  auto const tool = java();
  SKIP_WITHOUT(tool);
  Stage const stage;
  stage.write("sql/V1__a.sql", "CREATE TABLE a (x int);\r\n");
  stage.write("sql/V1.2__b.sql", "ALTER TABLE a ADD COLUMN y text; -- \xc3\xa9\n");
  stage.write("sql/R__views.sql",
              "\xEF\xBB\xBF"
              "CREATE OR REPLACE VIEW v AS SELECT x FROM a\n");
  stage.write("Run.java",
              "import org.flywaydb.core.*;\npublic class Run { public static void main(String[] a) { "
              "Flyway.configure().dataSource(\"jdbc:postgresql://\" + "
              "System.getenv(\"HOST\") + \":\" + System.getenv(\"PORT\") + \"/\" + System.getenv(\"NAME\"), "
              "System.getenv(\"DBUSER\"), \"\")"
              ".locations(\"filesystem:sql\").load().migrate(); } }\n");
  stage.run("java -cp '" + (tool.folder / "lib").string() + "/*' Run.java");
  Audit const audit = stage.audited();
  EXPECT_EQ(the_history(audit, "flyway").files, 3U);
  EXPECT_EQ(audit.pending(), 0U) << audit_text(audit);
  EXPECT_EQ(audit.count(Severity::problem), 0U) << audit_text(audit);
  stage.write("sql/V1__a.sql", "CREATE TABLE a (x bigint);\n");
  EXPECT_THAT(audit_text(stage.audited()), HasSubstr("changed-checksum"));
}

TEST(Registry, Liquibase) {
  auto const tool = java();
  SKIP_WITHOUT(tool);
  Stage const stage;
  stage.write("changelog.sql",
              "--liquibase formatted sql\n\n--changeset anna:1\nCREATE TABLE a (\n  x int -- "
              "why\n);\n--rollback DROP TABLE a\n\n--changeset ben:2\nALTER TABLE a ADD y int;\n");
  stage.write("Run.java",
              "import java.sql.*;\npublic class Run { public static void main(String[] a) throws Exception { "
              "Connection c = DriverManager.getConnection(\"jdbc:postgresql://\" + "
              "System.getenv(\"HOST\") + \":\" + System.getenv(\"PORT\") + \"/\" + System.getenv(\"NAME\"), "
              "System.getenv(\"DBUSER\"), \"\");\n"
              "new liquibase.Liquibase(\"changelog.sql\", new "
              "liquibase.resource.DirectoryResourceAccessor(new java.io.File(\".\")), "
              "liquibase.database.DatabaseFactory.getInstance().findCorrectDatabaseImplementation(new "
              "liquibase.database.jvm.JdbcConnection(c)))"
              ".update(new liquibase.Contexts()); } }\n");
  stage.run("java -cp '" + (tool.folder / "lib").string() + "/*' Run.java");
  Audit const audit = stage.audited();
  EXPECT_EQ(the_history(audit, "liquibase").files, 2U);
  EXPECT_EQ(audit.pending(), 0U) << audit_text(audit);
  EXPECT_EQ(audit.count(Severity::problem), 0U) << audit_text(audit);
  stage.write("changelog.sql",
              "--liquibase formatted sql\n\n--changeset anna:1\nCREATE TABLE a (x bigint);\n\n--changeset "
              "ben:2\nALTER TABLE a ADD y int;\n");
  EXPECT_THAT(audit_text(stage.audited()), HasSubstr("changed-checksum"));
  stage.write(
      "changelog.sql",
      "--liquibase formatted sql\n\n--changeset anna:3 runInTransaction:false\nSELECT pg_sleep(60);\n");
  Audit const killed =
      stage.audited_after_kill("java -cp '" + (tool.folder / "lib").string() + "/*' Run.java");
  EXPECT_THAT(audit_text(killed), HasSubstr("stale-lock"));
  ASSERT_EQ(killed.backends.size(), 1U) << audit_text(killed);
  EXPECT_THAT(killed.backends[0].query, HasSubstr("pg_sleep"));
}

}  // namespace
}  // namespace pgdrill::migrations
