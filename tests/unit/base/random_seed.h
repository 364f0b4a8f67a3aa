// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>

namespace penstock {

// The seed of a random test: PENSTOCK_SEED where it is set, so that a failure is repeated by the seed it
// printed.
inline uint64_t random_seed() {
  if (const char* text = std::getenv("PENSTOCK_SEED")) return std::strtoull(text, nullptr, 0);
  std::random_device source;
  return uint64_t{source()} << 32 | source();
}

// One seed for all that is random in a process.
inline uint64_t process_seed() {
  static const uint64_t seed = random_seed();
  return seed;
}

// What a random test says when it fails.
inline std::string seed_text(uint64_t seed) {
  return "repeat with PENSTOCK_SEED=" + std::to_string(seed);
}

}  // namespace penstock
