// SPDX-License-Identifier: Apache-2.0
#include "codec/noise_probe.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/limits.h"
#include "unit/base/random_seed.h"
#include "unit/codec/sample_data.h"

namespace penstock {
namespace {

TEST(NoiseProbeTest, TakesRandomBytesForNoise) {
  const uint64_t seed = random_seed();
  SCOPED_TRACE(seed_text(seed));
  int noise = 0;
  for (uint64_t i = 0; i < 100; ++i)
    noise += looks_like_noise(random_sample(kFrameBytesMax, seed + i)) ? 1 : 0;
  EXPECT_GE(noise, 99);
}

TEST(NoiseProbeTest, SeesTextAsLongAsTheStepBetweenSamples) {
  const uint64_t seed = random_seed();
  SCOPED_TRACE(seed_text(seed));
  const auto noise = random_sample(kFrameBytesMax, seed);
  constexpr size_t kTextBytes = kFrameBytesMax / 63 + 512;
  const auto text = text_sample(kTextBytes, seed);
  std::mt19937_64 random(seed);
  for (int i = 0; i < 100; ++i) {
    auto mixed = noise;
    std::ranges::copy(text,
                      mixed.begin() + static_cast<ptrdiff_t>(random() % (mixed.size() - kTextBytes + 1)));
    EXPECT_FALSE(looks_like_noise(mixed));
  }
}

TEST(NoiseProbeTest, SeesBytesOfFewValues) {
  auto digits = random_sample(kFrameBytesMax, 3);
  for (uint8_t& byte : digits) byte = static_cast<uint8_t>("0123456789abcdef"[byte % 16]);
  EXPECT_FALSE(looks_like_noise(digits));
  auto seven_bits = random_sample(kFrameBytesMax, 4);
  for (uint8_t& byte : seven_bits) byte &= 0x7f;
  EXPECT_FALSE(looks_like_noise(seven_bits));
  EXPECT_FALSE(looks_like_noise(std::vector<uint8_t>(kFrameBytesMax)));
}

TEST(NoiseProbeTest, SaysNothingOfLittle) {
  EXPECT_FALSE(looks_like_noise({}));
  EXPECT_FALSE(looks_like_noise(random_sample(128 * kKiB - 1, 5)));
  EXPECT_TRUE(looks_like_noise(random_sample(128 * kKiB, 5)));
}

}  // namespace
}  // namespace penstock
