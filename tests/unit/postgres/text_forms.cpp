#include <gmock/gmock.h>

#include "harness/postgres/connection.hpp"
#include "harness/postgres/sqlstate.hpp"
#include "tests/support/postgres_server.hpp"

namespace pgdrill::postgres {
namespace {

TEST(Quoting, LiteralsAndIdentifiersComeBackAsTheyWere) {
  auto const parameters = test::PostgresServer::shared().parameters();
  for (std::string const text :
       {"", "plain", "it's", "back\\slash", "two''quotes", "\\'", "new\nline", "ümläut"}) {
    EXPECT_EQ(test::query_value(parameters, "SELECT " + quote_literal(text)), text);
    if (!text.empty()) {
      EXPECT_EQ(test::query_value(parameters, "SELECT 'x' || x." + quote_identifier(text) +
                                                  " FROM (SELECT 1 AS " + quote_identifier(text) + ") x"),
                "x1");
    }
  }
  EXPECT_EQ(quote_identifier("a\"b"), "\"a\"\"b\"");
}

TEST(ConnectionParameters, TextHidesThePassword) {
  ConnectionParameters parameters;
  parameters.host = "orders-rw";
  parameters.user = "app";
  parameters.password = "it's \\secret";
  parameters.database = "app";
  EXPECT_EQ(parameters.text(), "app@orders-rw:5432/app");
  EXPECT_THAT(
      parameters.conninfo(std::chrono::milliseconds(10)),
      testing::AllOf(testing::HasSubstr("password='it\\'s \\\\secret'"),
                     testing::HasSubstr("connect_timeout='2'"), testing::HasSubstr("sslmode='require'")));
}

// A peer that vanished must not hold a connection for the kernel's quarter of an hour; libpq takes
// milliseconds.
TEST(ConnectionParameters, ThePeersSilenceIsLimitedByTheDeadline) {
  using namespace std::chrono_literals;
  ConnectionParameters const parameters;
  EXPECT_THAT(parameters.conninfo(50ms), testing::HasSubstr("tcp_user_timeout='1000'"));
  EXPECT_THAT(parameters.conninfo(5s), testing::HasSubstr("tcp_user_timeout='5000'"));
}

TEST(Refusal, IsFoundInVerboseTexts) {
  struct Case {
    std::string text;
    std::string code;
    std::string message;
  };
  std::vector<Case> const cases = {
      {"connection to server at \"127.0.0.1\", port 5432 failed: FATAL:  28P01: password authentication "
       "failed for user \"x\"\n"
       "LOCATION:  auth_failed, auth.c:329",
       "28P01", "password authentication failed for user \"x\""},
      {"psql:<stdin>:1: ERROR:  42P01: relation \"t\" does not exist\nLINE 1: select", "42P01",
       "relation \"t\" does not exist"},
      {"FEHLER:  22012: Division durch Null", "22012", "Division durch Null"},
      {"connection refused\n\tIs the server running?", "", ""},
      {"ERROR:  relation does not exist", "", ""},
      {"", "", ""},
  };
  for (auto const& one : cases) {
    auto const refusal = parse_refusal(one.text);
    EXPECT_EQ(refusal ? refusal->code : "", one.code) << one.text;
    EXPECT_EQ(refusal ? refusal->message : "", one.message) << one.text;
  }
}

TEST(ErrorClass, NamesWhatHappened) {
  EXPECT_EQ(error_class({.kind = ErrorKind::unreachable}), "transport");
  EXPECT_EQ(error_class({.kind = ErrorKind::timeout}), "timeout");
  EXPECT_EQ(error_class({.kind = ErrorKind::postgres, .code = "57P03"}), "57");
  EXPECT_EQ(error_class({.kind = ErrorKind::postgres}), "postgres");
  EXPECT_EQ(error_class({.kind = ErrorKind::refused}), name_of(ErrorKind::refused));
}

}  // namespace
}  // namespace pgdrill::postgres
