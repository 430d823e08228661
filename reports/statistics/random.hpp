// Random numbers that are the same on every machine: the standard's distributions are not.
#pragma once
#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>

namespace pgdrill::statistics {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  /// In [0, 1).
  double uniform() { return static_cast<double>(engine_() >> 11U) * 0x1.0p-53; }
  /// Standard normal, by Box and Muller.
  double normal() {
    double const radius = std::sqrt(-2 * std::log(1 - uniform()));
    return radius * std::cos(2 * std::numbers::pi * uniform());
  }
  /// In 0 .. bound - 1.
  std::size_t below(std::size_t bound) { return engine_() % bound; }

 private:
  std::mt19937_64 engine_;
};

}  // namespace pgdrill::statistics
