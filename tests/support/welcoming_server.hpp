// A server that welcomes one client and then fails it, which a real one does too seldom for a test.
#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>
#include <thread>

#include "harness/postgres/connection.hpp"

namespace pgdrill::test {

/// What it does when the client asks something.
enum class Then { leaves, stays_silent };

class WelcomingServer {
 public:
  explicit WelcomingServer(Then then)
      : then_(then), socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
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
  /// Waits until its client has gone.
  ~WelcomingServer() {
    thread_.join();
    ::close(socket_);
  }
  WelcomingServer(WelcomingServer const&) = delete;
  WelcomingServer& operator=(WelcomingServer const&) = delete;

  [[nodiscard]] postgres::ConnectionParameters parameters() const {
    return {.host = "127.0.0.1",
            .host_address = "127.0.0.1",
            .port = port_,
            .user = "app",
            .password = "",
            .database = "app",
            .ssl_mode = "disable"};
  }

 private:
  static std::string message(char type, std::string const& body) {
    auto const length = htonl(static_cast<std::uint32_t>(body.size() + 4));
    std::string text(1, type);
    text.append(reinterpret_cast<char const*>(&length), 4);
    return text + body;
  }

  /// AuthenticationOk, what libpq wants to know of a server, ReadyForQuery
  /// (https://www.postgresql.org/docs/15/protocol-message-formats.html).
  static std::string welcome() {
    using namespace std::string_literals;
    return message('R', "\0\0\0\0"s) + message('S', "server_version\00015.18\0"s) +
           message('S', "client_encoding\0UTF8\0"s) + message('S', "standard_conforming_strings\0on\0"s) +
           message('K', "\0\0\0\1\0\0\0\1"s) + message('Z', "I");
  }

  void serve() const {
    int const client = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
    std::array<char, 4096> received{};
    auto const heard = [&] { return ::recv(client, received.data(), received.size(), 0) > 0; };
    std::string const words = welcome();
    bool here = heard() && ::send(client, words.data(), words.size(), MSG_NOSIGNAL) > 0 && heard();
    while (here && then_ == Then::stays_silent) here = heard();
    ::close(client);
  }

  Then then_;
  int socket_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace pgdrill::test
