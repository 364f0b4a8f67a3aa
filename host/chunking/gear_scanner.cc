// SPDX-License-Identifier: Apache-2.0
#include "chunking/gear_scanner.h"

#include <algorithm>
#include <bit>

#include "base/check.h"
#include "chunking/gear_table.h"

namespace penstock {
namespace {

constexpr size_t kGearBytes = 32;  // how far back g looks

// Takes data[from..to) into g up to the first byte that leaves g below `limit`, and returns the number of
// that byte, or `to`.
size_t find_below(const uint8_t* data, size_t from, size_t to, uint32_t limit, uint32_t& g_in_out) {
  constexpr size_t kUnrolled =
      8;  // measured: twice as fast as one byte a round, and no slower than cleverer sums
  uint32_t g = g_in_out;
  size_t at = from;
  for (; to - at >= kUnrolled; at += kUnrolled) {
#pragma GCC unroll 8
    for (size_t i = 0; i < kUnrolled; ++i) {
      g = 2 * g + kGearTable[data[at + i]];
      if (g < limit) [[unlikely]] {
        g_in_out = g;
        return at + i;
      }
    }
  }
  for (; at < to; ++at) {
    g = 2 * g + kGearTable[data[at]];
    if (g < limit) break;
  }
  g_in_out = g;
  return at;
}

}  // namespace

GearScanner::GearScanner(const ChunkerSpec& spec) : min_(spec.min), avg_(spec.avg), max_(spec.max) {
  PENSTOCK_CHECK(min_ >= 2 * kGearBytes && std::has_single_bit(avg_) && avg_ >= 256);
  const int avg_log2 = std::countr_zero(avg_);
  strict_limit_ = uint32_t{1} << (32 - (avg_log2 + 2));
  loose_limit_ = uint32_t{1} << (32 - (avg_log2 - 2));
}

size_t GearScanner::cut(Bytes chunk) {
  const uint8_t* const data = chunk.data();
  if (chunk.size() < min_) return 0;
  if (scanned_ == 0) {
    g_ = 0;
    scanned_ = min_ - 1;
    for (size_t i = min_ - kGearBytes; i < scanned_; ++i) g_ = 2 * g_ + kGearTable[data[i]];
  }

  // A cut behind byte i makes a chunk of i + 1 bytes, hence the ones.
  const size_t strict_end = std::min<size_t>(chunk.size(), avg_ - 1);
  const size_t loose_end = std::min<size_t>(chunk.size(), max_ - 1);
  size_t at = scanned_;
  if (at < strict_end) at = find_below(data, at, strict_end, strict_limit_, g_);
  if (at >= strict_end && at < loose_end) at = find_below(data, at, loose_end, loose_limit_, g_);
  if (at < loose_end || chunk.size() >= max_) {
    scanned_ = 0;
    return at + 1;
  }
  scanned_ = at;
  return 0;
}

}  // namespace penstock
