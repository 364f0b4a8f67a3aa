// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/bytes.h"

namespace penstock {

// Bytes on their way from one who writes to one who reads, in the order in which they came. Where they lie
// does not move: one side may fill room() while the other reads ready(); all calls, though, are made under a
// lock of the owner's.
class ByteRing {
 public:
  // Memory is taken here; 0: none.
  explicit ByteRing(size_t capacity) : bytes_(capacity) {}

  size_t capacity() const { return bytes_.size(); }
  size_t used() const { return static_cast<size_t>(written_ - read_); }

  // Free bytes that lie side by side.
  MutableBytes room() {
    const size_t at = place(written_);
    return MutableBytes(bytes_).subspan(at, std::min(capacity() - used(), capacity() - at));
  }
  void wrote(size_t count) { written_ += count; }

  // Bytes to be read that lie side by side.
  Bytes ready() const {
    const size_t at = place(read_);
    return Bytes(bytes_).subspan(at, std::min(used(), capacity() - at));
  }
  void took(size_t count) { read_ += count; }

 private:
  size_t place(uint64_t position) const {
    return capacity() == 0 ? 0 : static_cast<size_t>(position % capacity());
  }

  std::vector<uint8_t> bytes_;
  uint64_t written_ = 0;
  uint64_t read_ = 0;
};

}  // namespace penstock
