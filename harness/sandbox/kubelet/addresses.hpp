// Addresses for pods and services in the sandbox's loopback network.
#pragma once
#include <set>
#include <string>

namespace pgdrill::sandbox {

/// <network>.<first..last>.<1..254>, the next free one in turn: a number that was given back is not given out
/// again before all others, so that clients that still hold an old address don't reach a stranger.
class AddressPool {
 public:
  /// `network` is two numbers: "127.77". The ranges of two pools must not overlap.
  AddressPool(std::string network, int first, int last)
      : network_(std::move(network)), first_(first), last_(last) {}

  [[nodiscard]] std::string take();
  /// Marks an address as used that somebody chose himself. False when it is taken already.
  bool reserve(std::string const& address) { return used_.insert(address).second; }
  void give_back(std::string const& address) { used_.erase(address); }

  static constexpr int pods_first = 1;
  static constexpr int pods_last = 127;
  static constexpr int services_first = 128;
  static constexpr int services_last = 254;

 private:
  std::string network_;
  int first_;
  int last_;
  int next_ = 0;
  std::set<std::string> used_;
};

}  // namespace pgdrill::sandbox
