// A server that goes away between the connection and the first statement: an error like any other, since a
// pod that is deleted does just that to whoever connects at that moment.
#include <gmock/gmock.h>

#include "tests/support/welcoming_server.hpp"

namespace pgdrill::postgres {
namespace {

using namespace std::chrono_literals;

TEST(LostAtTheStart, IsAnErrorAndNoException) {
  test::WelcomingServer const server(test::Then::leaves);
  Result<> outcome;
  EXPECT_NO_THROW(outcome = transaction_blocking(server.parameters(), 10s, false,
                                                 [](pqxx::transaction_base&) { return Result<>(); }));
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().kind, ErrorKind::unreachable) << describe(outcome.error());
  EXPECT_EQ(outcome.error().code, "lost");
}

}  // namespace
}  // namespace pgdrill::postgres
