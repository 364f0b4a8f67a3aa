// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>

namespace penstock {

// Bytes that several share, of which each takes what it gets and gives it back. One thread's.
class ByteBudget {
 public:
  explicit ByteBudget(size_t bytes) : left_(bytes) {}

  // As much of it as there is.
  size_t take(size_t bytes) {
    const size_t taken = std::min(bytes, left_);
    left_ -= taken;
    return taken;
  }
  void give_back(size_t bytes) { left_ += bytes; }
  size_t left() const { return left_; }

 private:
  size_t left_;
};

}  // namespace penstock
