// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace penstock {

// SplitMix64 (Steele, Lea, Flood 2014): the same numbers from a seed on every machine and library, which the
// distributions of <random> do not promise. One thread.
class SeededRandom {
 public:
  explicit SeededRandom(uint64_t seed) : state_(seed) {}

  uint64_t next() {
    uint64_t z = (state_ += 0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }
  // In [0, bound); bound > 0.
  uint64_t below(uint64_t bound) { return next() % bound; }
  // In [low, high].
  uint64_t between(uint64_t low, uint64_t high) { return low + below(high - low + 1); }
  bool chance(double probability) {
    return static_cast<double>(next() >> 11) < probability * static_cast<double>(uint64_t{1} << 53);
  }
  void fill(std::span<uint8_t> bytes) {
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(next() >> 56);
  }

 private:
  uint64_t state_;
};

}  // namespace penstock
