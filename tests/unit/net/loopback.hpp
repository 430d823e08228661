// A connected pair of streams over loopback, plain or TLS.
#pragma once
#include <memory>

#include "harness/base/scope.hpp"
#include "harness/net/certificate.hpp"
#include "harness/net/socket.hpp"

namespace pgdrill::net {

struct Pair {
  std::unique_ptr<ByteStream> client;
  std::unique_ptr<ByteStream> server;
};

[[nodiscard]] Task<Pair> plain_pair();
[[nodiscard]] Task<Pair> tls_pair();

}  // namespace pgdrill::net
