// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "drivers/ipstack/big_endian.h"

namespace penstock {

// The ones' complement sum of RFC 1071, kept in the byte order of memory (its section 2(B)). What was added
// before has an even number of bytes, however it is aligned.
class InternetSum {
 public:
  InternetSum() = default;
  explicit InternetSum(uint64_t partial) : sum_(partial) {}

  InternetSum& add(Bytes bytes);
  // Copies `from` to `to` on the way; they do not overlap.
  InternetSum& add_copying(uint8_t* to, Bytes from);
  InternetSum& add_be16(uint16_t field) {
    sum_ += __builtin_bswap16(field);
    return *this;
  }

  InternetSum& add(InternetSum other) {
    sum_ += other.sum_;
    return *this;
  }

  uint64_t partial() const { return sum_; }
  // As it would stand in memory.
  uint16_t folded() const {
    uint64_t sum = (sum_ & 0xffffffff) + (sum_ >> 32);
    sum = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<uint16_t>((sum & 0xffff) + (sum >> 16));
  }
  // Whether what was added, its checksum among it, is as it was sent.
  bool is_right() const { return folded() == 0xffff; }
  // The checksum, to a field that was zero while it was added.
  void store(uint8_t* to) const { store_le<uint16_t>(to, static_cast<uint16_t>(~folded())); }

 private:
  uint64_t sum_ = 0;  // of a packet's bytes: far from running over
};

}  // namespace penstock
