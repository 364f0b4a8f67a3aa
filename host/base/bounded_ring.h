// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include "base/check.h"

namespace penstock {

// A bounded queue between one producing and one consuming thread, without locks. Full and empty are answers,
// not errors: back-pressure is the producer's to handle. Memory is taken at construction.
template <class T>
class BoundedRing {
 public:
  // Holds up to `capacity` items, a power of two.
  explicit BoundedRing(size_t capacity) : mask_(capacity - 1), slots_(capacity) {
    PENSTOCK_CHECK(std::has_single_bit(capacity));
  }
  BoundedRing(const BoundedRing&) = delete;
  BoundedRing& operator=(const BoundedRing&) = delete;

  // The producer's: false if the ring is full, `item` is then untouched.
  bool push(T&& item) {
    const size_t tail = tail_.load(std::memory_order_relaxed);
    if (tail - head_.load(std::memory_order_acquire) > mask_) return false;
    slots_[tail & mask_] = std::move(item);
    tail_.store(tail + 1, std::memory_order_release);
    return true;
  }

  // The consumer's: nothing if the ring is empty.
  std::optional<T> pop() {
    const size_t head = head_.load(std::memory_order_relaxed);
    if (head == tail_.load(std::memory_order_acquire)) return std::nullopt;
    std::optional<T> item(std::move(slots_[head & mask_]));
    head_.store(head + 1, std::memory_order_release);
    return item;
  }

  size_t capacity() const { return mask_ + 1; }

 private:
  static constexpr size_t kLineBytes = 64;

  // The producer reads the line of head_ at every push, and so loses nothing by finding the rest there.
  alignas(kLineBytes) std::atomic<size_t> head_{0};
  const size_t mask_;
  std::vector<T> slots_;
  alignas(kLineBytes) std::atomic<size_t> tail_{0};
};

}  // namespace penstock
