// SPDX-License-Identifier: Apache-2.0
#pragma once

// Eight bytes of a stream in a uint64_t, the first one lowest, and the few operations on them by which
// engines cut and join at any byte. Counts and places of bytes are 0 to 8.

#include <stdint.h>

namespace fabric {

constexpr uint32_t kBeatBytes = 8;

// The lowest `count` bytes of a beat; the others zero.
inline uint64_t low_bytes(uint64_t beat, uint32_t count) {
  return count >= kBeatBytes ? beat : beat & ~(~uint64_t(0) << (8 * count));
}

inline uint64_t shifted_up(uint64_t beat, uint32_t bytes) {
  return bytes >= kBeatBytes ? 0 : beat << (8 * bytes);
}

inline uint64_t shifted_down(uint64_t beat, uint32_t bytes) {
  return bytes >= kBeatBytes ? 0 : beat >> (8 * bytes);
}

// Eight bytes from byte `at` on of two beats that follow each other; `at` is 0 to 7.
inline uint64_t straddling(uint64_t beat, uint64_t next, uint32_t at) {
  return shifted_down(beat, at) | shifted_up(next, kBeatBytes - at);
}

// How many bytes of two beats are equal before the first that is not.
inline uint32_t equal_bytes(uint64_t a, uint64_t b) {
  const uint64_t difference = a ^ b;
  return difference == 0 ? kBeatBytes : static_cast<uint32_t>(__builtin_ctzll(difference)) / 8;
}

// Sixteen bytes that are filled from the lowest on.
struct ByteRow {
  uint64_t low;
  uint64_t high;
  uint32_t count;
};

// Puts `count` bytes, 0 to 8, behind those that are there: `bytes` is zero above them, and there is room.
inline void append(ByteRow& row, uint64_t bytes, uint32_t count) {
  const bool in_low = row.count < kBeatBytes;
  const uint32_t at = in_low ? row.count : row.count - kBeatBytes;
  row.low |= in_low ? shifted_up(bytes, at) : 0;
  row.high |= in_low ? shifted_down(bytes, kBeatBytes - at) : shifted_up(bytes, at);
  row.count += count;
}

// The row's bytes `by` places higher, 0 to 15; what does not fit is lost, and the count is not kept.
inline ByteRow raised_by(const ByteRow& row, uint32_t by) {
  const bool within_low = by < kBeatBytes;
  const uint32_t rest = within_low ? by : by - kBeatBytes;
  const uint64_t carried = shifted_up(row.low, rest);
  const uint64_t behind = shifted_down(row.low, kBeatBytes - rest) | shifted_up(row.high, rest);
  return within_low ? ByteRow{carried, behind, 0} : ByteRow{0, carried, 0};
}

// Takes the lowest `count` bytes away, 0 to 16.
inline void drop(ByteRow& row, uint32_t count) {
  const bool within_low = count < kBeatBytes;
  const uint32_t by = within_low ? count : count - kBeatBytes;
  row.low = within_low ? straddling(row.low, row.high, by) : shifted_down(row.high, by);
  row.high = within_low ? shifted_down(row.high, by) : 0;
  row.count -= count;
}

}  // namespace fabric
