#include "harness/sandbox/cnpg/postgres_log.hpp"

#include <gtest/gtest.h>

#include "harness/sandbox/cnpg/manager_context.hpp"

namespace pgdrill::sandbox::cnpg {
namespace {

TEST(PostgresRecord, HasCsvlogsNamesAndTextValues) {
  auto const record = record_of(
      R"({"timestamp":"2026-11-24 03:03:07.956 UTC","pid":31,"session_id":"6b.1f","line_num":1,"error_severity":"FATAL",)"
      R"("state_code":"57P03","message":"the database system is starting up","user":"postgres","dbname":"app",)"
      R"("remote_host":"10.0.0.1","remote_port":5433,"statement":"SELECT 1","query_id":0,"context":null})");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->at("log_time"), "2026-11-24 03:03:07.956 UTC");
  EXPECT_EQ(record->at("process_id"), "31");
  EXPECT_EQ(record->at("error_severity"), "FATAL");
  EXPECT_EQ(record->at("sql_state_code"), "57P03");
  EXPECT_EQ(record->at("database_name"), "app");
  EXPECT_EQ(record->at("connection_from"), "10.0.0.1:5433");
  EXPECT_EQ(record->at("query"), "SELECT 1");
  EXPECT_FALSE(record->contains("context"));
}

TEST(PostgresRecord, HasASqlStateAsCsvlogAlwaysHas) {
  auto const record = record_of(R"({"message":"redo starts at 0/5000028"})");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->at("sql_state_code"), "00000");
}

TEST(PostgresRecord, RefusesWhatIsNoObject) {
  EXPECT_FALSE(record_of("plain text"));
  EXPECT_FALSE(record_of("[1]"));
}

TEST(LogLine, PutsTheRecordLastAsCnpgDoes) {
  std::string const line = log_text("info", "2026-11-24T03:03:07.957347Z", "postgres", "record", "r2-1",
                                    {{"record", json::object{{"message", "x"}}}, {"pipe", "stderr"}});
  EXPECT_EQ(
      line,
      R"({"level":"info","ts":"2026-11-24T03:03:07.957347Z","logger":"postgres","msg":"record","pipe":"stderr",)"
      R"("logging_pod":"r2-1","record":{"message":"x"}})");
}

TEST(LineBuffer, PutsLinesTogether) {
  LineBuffer lines;
  lines.append("on");
  EXPECT_FALSE(lines.next());
  lines.append("e\ntwo\nthr");
  EXPECT_EQ(lines.next().value_or(""), "one");
  EXPECT_EQ(lines.next().value_or(""), "two");
  EXPECT_FALSE(lines.next());
  EXPECT_EQ(lines.rest(), "thr");
}

}  // namespace
}  // namespace pgdrill::sandbox::cnpg
