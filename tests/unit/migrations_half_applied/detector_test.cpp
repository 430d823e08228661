#include <algorithm>
#include <filesystem>

#include "harness/base/files.hpp"
#include "harness/migrations/half_applied/copy_triggers.hpp"
#include "harness/migrations/half_applied/sync_triggers.hpp"
#include "tests/unit/migrations_half_applied/half_applied.hpp"

namespace pgdrill::migrations {
namespace {

TEST(Detectors, EachIsAFileOfItsNameWithATestOfItsName) {
  std::filesystem::path const root = PGDRILL_SOURCE_DIR;
  std::vector<std::string> registered;
  for (Detector const& detector : detectors()) {
    std::string file = detector.name;
    std::ranges::replace(file, '-', '_');
    EXPECT_TRUE(std::filesystem::exists(root / "tests/unit/migrations_half_applied" / (file + "_test.cpp")))
        << file;
    registered.push_back(file + ".cpp");
  }
  for (auto const& entry : std::filesystem::directory_iterator(root / "harness/migrations/half_applied")) {
    auto const text = read_file(entry.path()).value_or("");
    if (text.find("RegisterDetector const registered") == std::string::npos ||
        entry.path().extension() == ".hpp")
      continue;
    EXPECT_THAT(registered, testing::Contains(entry.path().filename().string()));
  }
}

TEST(Detectors, ADatabaseWithoutHalfStatesHasNone) {
  auto const database = test::PostgresServer::shared().fresh_database(
      "CREATE TABLE p (id int PRIMARY KEY, x int CHECK (x > 0)); CREATE TABLE c (id int REFERENCES p); "
      "CREATE INDEX ON c (id); CREATE MATERIALIZED VIEW v AS "
      "SELECT * FROM p");
  for (Detector const& detector : detectors())
    EXPECT_THAT(found_by(detector.name, database), testing::IsEmpty()) << detector.name;
}

TEST(Assignments, OfNewAloneOutsideCommentsAndLiterals) {
  auto const found = find_assignments(
      "BEGIN /* NEW.a := NEW.b; */ x := 'NEW.a := NEW.b;'; IF NEW.a = NEW.b THEN new.A = new.b || ';' || "
      "NEW.a; END IF; "
      "NEW.c := 1; renew.d := NEW.b; RETURN NEW; END");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].target, "a");
  EXPECT_EQ(found[0].expression, "new.b || ';' || NEW.a");
  EXPECT_THAT(found[0].sources, testing::ElementsAre("b"));
}

TEST(Writes, OfTablesOutsideCommentsAndLiterals) {
  auto const found = find_writes(
      "BEGIN -- INSERT INTO no (a) VALUES (NEW.a);\n PERFORM 'DELETE FROM no'; INSERT INTO \"S\".T (k, "
      "\"V\"\"\") VALUES (new.id, NEW.x) ON CONFLICT (k) DO UPDATE SET v = 1; UPDATE ONLY u SET a = 1; "
      "DELETE FROM d; INSERT INTO log (a) VALUES (now()); PERFORM 1 FROM t FOR UPDATE; END");
  std::vector<std::string> tables;
  for (TableWrite const& write : found) tables.push_back(write.schema + "." + write.table);
  EXPECT_THAT(tables, testing::ElementsAre("S.t", ".u", ".d", ".log"));
  ASSERT_EQ(found[0].copied.size(), 2U);
  EXPECT_EQ(found[0].copied[1].target, "V\"");
  EXPECT_EQ(found[0].copied[1].source, "x");
  EXPECT_TRUE(found[3].copied.empty());
}

}  // namespace
}  // namespace pgdrill::migrations
