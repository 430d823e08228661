#include "harness/sandbox/kubelet/addresses.hpp"

#include <fmt/format.h>

#include <cassert>

namespace pgdrill::sandbox {

std::string AddressPool::take() {
  constexpr int hosts = 254;
  int const size = (last_ - first_ + 1) * hosts;
  for (int attempt = 0; attempt < size; ++attempt) {
    int const number = next_;
    next_ = (next_ + 1) % size;
    std::string address = fmt::format("{}.{}.{}", network_, first_ + number / hosts, 1 + number % hosts);
    if (reserve(address)) return address;
  }
  assert(false && "more pods or services than the network has addresses");
  return {};
}

}  // namespace pgdrill::sandbox
