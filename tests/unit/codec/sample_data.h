// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace penstock {

inline std::vector<uint8_t> random_sample(size_t count, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<uint8_t> bytes(count);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
  return bytes;
}

// Something like text: words of a small vocabulary, in random order, with a number now and then.
inline std::vector<uint8_t> text_sample(size_t count, uint64_t seed) {
  static const char* const kWords[] = {"penstock ", "turbine ", "water ",  "pressure ", "the ",   "of ",
                                       "runs ",     "into ",    "valve, ", "gate.\n",   "upper ", "basin "};
  std::mt19937_64 random(seed);
  std::string text;
  while (text.size() < count) {
    text += kWords[random() % std::size(kWords)];
    if (random() % 8 == 0) text += std::to_string(random() % 100000) + " ";
  }
  text.resize(count);
  return {text.begin(), text.end()};
}

}  // namespace penstock
