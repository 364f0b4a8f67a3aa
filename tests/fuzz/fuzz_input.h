// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "base/bytes.h"

namespace penstock {

// A fuzzer's input, eaten from the front. What is not there reads as zero, so that no input is too short.
class FuzzInput {
 public:
  explicit FuzzInput(Bytes bytes) : rest_(bytes) {}

  template <std::unsigned_integral T>
  T take() {
    T value = 0;
    const size_t bytes = std::min(sizeof value, rest_.size());
    if (bytes != 0) std::memcpy(&value, rest_.data(), bytes);
    rest_ = rest_.subspan(bytes);
    return value;
  }

  // Up to `bytes` of them.
  Bytes take_bytes(size_t bytes) {
    const Bytes taken = rest_.first(std::min(bytes, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }

  Bytes rest() const { return rest_; }
  bool empty() const { return rest_.empty(); }

 private:
  Bytes rest_;
};

}  // namespace penstock
