#include "harness/postgres/connection_string.hpp"

#include <gmock/gmock.h>

#include <cstdlib>

namespace pgdrill::postgres {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ConnectionString, ReadsUrisAndKeyValues) {
  auto const uri =
      parse_connection_string("postgresql://ann:p%40ss@db.example:6432/shop?sslmode=verify-full");
  ASSERT_TRUE(uri);
  EXPECT_EQ(uri->text(), "ann@db.example:6432/shop");
  EXPECT_EQ(uri->password, "p@ss");
  EXPECT_EQ(uri->ssl_mode, "verify-full");
  EXPECT_EQ(uri->application_name, "pgdrill");
  auto const pairs = parse_connection_string("host=/run/postgresql user=ann");
  ASSERT_TRUE(pairs);
  EXPECT_EQ(pairs->host, "/run/postgresql");
  EXPECT_EQ(pairs->database, "ann");
}

TEST(ConnectionString, TheEnvironmentFillsInWhatIsNotGiven) {
  ::setenv("PGPASSWORD", "from the environment", 1);
  auto const parameters = parse_connection_string("postgresql://ann@db/shop");
  ::unsetenv("PGPASSWORD");
  ASSERT_TRUE(parameters);
  EXPECT_EQ(parameters->password, "from the environment");
  EXPECT_EQ(parameters->port, 5432);
}

TEST(ConnectionString, AnErrorNeverRepeatsTheString) {
  auto const parameters = parse_connection_string("postgresql://ann:se%zzcret@db/shop");
  ASSERT_FALSE(parameters);
  EXPECT_EQ(parameters.error().kind, ErrorKind::usage);
  EXPECT_THAT(::pgdrill::describe(parameters.error()), Not(HasSubstr("cret")));
}

TEST(ConnectionString, ANameOfADatabaseIsNone) {
  EXPECT_FALSE(is_connection_string("shop"));
  EXPECT_TRUE(is_connection_string("postgres://db/shop"));
  EXPECT_TRUE(is_connection_string("host=db dbname=shop"));
}

}  // namespace
}  // namespace pgdrill::postgres
