// SPDX-License-Identifier: Apache-2.0
#include "codec/noise_probe.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/limits.h"

namespace penstock {
namespace {

constexpr size_t kSamples = 64;
constexpr size_t kSampleBytes = 512;
constexpr size_t kRawBytesMin = 128 * kKiB;

// Of n bytes over 256 values, chi-square is (256 ÷ n) · Σ count² − n, and of random ones 255 ± 23. At 400 a
// frame of noise is taken for something else once in many thousand frames.
constexpr uint32_t kChiSquareMax = 400;
constexpr uint32_t kSquaresMax = (kChiSquareMax + kSampleBytes) * kSampleBytes / 256;

uint32_t sum_of_squared_counts(Bytes sample) {
  std::array<uint16_t, 256> counts{};
  for (const uint8_t byte : sample) ++counts[byte];
  uint32_t sum = 0;
  for (const uint32_t count : counts) sum += count * count;
  return sum;
}

}  // namespace

bool looks_like_noise(Bytes raw) noexcept {
  if (raw.size() < kRawBytesMin) return false;
  const size_t step = (raw.size() - kSampleBytes) / (kSamples - 1);
  for (size_t i = 0; i < kSamples; ++i)
    if (sum_of_squared_counts(raw.subspan(i * step, kSampleBytes)) > kSquaresMax) return false;
  return true;
}

}  // namespace penstock
