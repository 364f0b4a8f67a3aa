// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "base/bytes.h"

namespace penstock {

// Hands out messages by their places, always the longest of the next kAhead: long ones begin early, and the
// short ones left over even out the ends of the lanes that take them (list scheduling by longest processing
// time, Graham 1969). Allocates nothing.
class LongestFirst {
 public:
  static constexpr size_t kAhead = 64;

  explicit LongestFirst(std::span<const Bytes> messages) : messages_(messages) {
    while (seen_ < std::min(kAhead, messages.size())) see_next();
  }

  bool empty() const { return waiting_ == 0; }

  size_t take() {
    std::pop_heap(heap_.begin(), heap_.begin() + waiting_, [this](size_t a, size_t b) { return less(a, b); });
    const size_t place = heap_[--waiting_];
    if (seen_ < messages_.size()) see_next();
    return place;
  }

 private:
  // Of equals, the one that came first is the greater.
  bool less(size_t a, size_t b) const {
    const size_t a_bytes = messages_[a].size();
    const size_t b_bytes = messages_[b].size();
    return a_bytes != b_bytes ? a_bytes < b_bytes : a > b;
  }

  void see_next() {
    heap_[waiting_++] = seen_++;
    std::push_heap(heap_.begin(), heap_.begin() + waiting_,
                   [this](size_t a, size_t b) { return less(a, b); });
  }

  std::span<const Bytes> messages_;
  size_t seen_ = 0;
  size_t waiting_ = 0;
  std::array<size_t, kAhead> heap_;
};

}  // namespace penstock
