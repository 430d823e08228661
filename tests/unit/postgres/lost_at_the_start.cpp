// A server that goes away between the connection and the first statement: an error like any other, since a
// pod that is deleted does just that to whoever connects at that moment.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <thread>

#include "harness/postgres/connection.hpp"

namespace pgdrill::postgres {
namespace {

using namespace std::chrono_literals;

std::string message(char type, std::string const& body) {
  auto const length = htonl(static_cast<std::uint32_t>(body.size() + 4));
  std::string text(1, type);
  text.append(reinterpret_cast<char const*>(&length), 4);
  return text + body;
}

/// AuthenticationOk, what libpq wants to know of a server, ReadyForQuery
/// (https://www.postgresql.org/docs/15/protocol-message-formats.html).
std::string welcome() {
  using namespace std::string_literals;
  return message('R', "\0\0\0\0"s) + message('S', "server_version\00015.18\0"s) +
         message('S', "client_encoding\0UTF8\0"s) + message('S', "standard_conforming_strings\0on\0"s) +
         message('K', "\0\0\0\1\0\0\0\1"s) + message('Z', "I");
}

/// Welcomes one client, and is gone when that client asks something.
class LeavingServer {
 public:
  LeavingServer() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket_, generic, length) != 0 || ::listen(socket_, 1) != 0 ||
        ::getsockname(socket_, generic, &length) != 0)
      std::abort();
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~LeavingServer() {
    thread_.join();
    ::close(socket_);
  }
  LeavingServer(LeavingServer const&) = delete;
  LeavingServer& operator=(LeavingServer const&) = delete;
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  void serve() const {
    int const client = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
    std::array<char, 4096> received{};
    std::string const words = welcome();
    bool const welcomed = ::recv(client, received.data(), received.size(), 0) > 0 &&
                          ::send(client, words.data(), words.size(), MSG_NOSIGNAL) > 0;
    if (welcomed) static_cast<void>(::recv(client, received.data(), received.size(), 0));
    ::close(client);
  }

  int socket_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

TEST(LostAtTheStart, IsAnErrorAndNoException) {
  LeavingServer const server;
  ConnectionParameters const parameters{.host = "127.0.0.1",
                                        .host_address = "127.0.0.1",
                                        .port = server.port(),
                                        .user = "app",
                                        .password = "",
                                        .database = "app",
                                        .ssl_mode = "disable"};
  Result<> outcome;
  EXPECT_NO_THROW(outcome = transaction_blocking(parameters, 10s, false,
                                                 [](pqxx::transaction_base&) { return Result<>(); }));
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().kind, ErrorKind::unreachable) << describe(outcome.error());
}

}  // namespace
}  // namespace pgdrill::postgres
