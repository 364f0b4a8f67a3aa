// SPDX-License-Identifier: Apache-2.0
#pragma once

// A channel of FAST mode: a queue without bound for one thread, in segments that are taken from and given
// back to a pool of that thread, so that a process that drains one channel while it fills the next one uses
// the same memory again.

#include <stdlib.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <type_traits>

namespace hls_simulation {

constexpr size_t kSegmentBytes = 64 * 1024;
constexpr size_t kPoolSegmentsMax = 1024;  // 64 MiB

// Segments that no channel of this thread holds, up to kPoolSegmentsMax; freed with the thread.
class SegmentPool {
 public:
  SegmentPool() = default;
  SegmentPool(const SegmentPool&) = delete;
  SegmentPool& operator=(const SegmentPool&) = delete;
  ~SegmentPool() {
    while (free_ != nullptr) {
      Link* next = free_->next;
      std::free(free_);
      free_ = next;
    }
  }
  static SegmentPool& of_this_thread() {
    static thread_local SegmentPool pool;
    return pool;
  }
  void* take() {
    if (free_ != nullptr) {
      Link* segment = free_;
      free_ = segment->next;
      --count_;
      return segment;
    }
    void* segment = ::aligned_alloc(64, kSegmentBytes);
    if (segment == nullptr) throw std::bad_alloc();
    return segment;
  }
  void give_back(void* segment) {
    if (count_ == kPoolSegmentsMax) {
      std::free(segment);
      return;
    }
    free_ = new (segment) Link{free_};
    ++count_;
  }

 private:
  struct Link {
    Link* next;
  };
  Link* free_ = nullptr;
  size_t count_ = 0;
};

template <class T>
class FastChannel {
  static_assert(std::is_trivially_copyable<T>::value, "what goes through a channel is bits");

  struct Segment {
    Segment* next;
    T* items() { return reinterpret_cast<T*>(reinterpret_cast<char*>(this) + kHeadBytes); }
  };
  static constexpr size_t kHeadBytes = 64;
  static constexpr size_t kItems = (kSegmentBytes - kHeadBytes) / sizeof(T);
  static_assert(kItems > 0 && alignof(T) <= 64, "an item fits a segment");

 public:
  FastChannel() = default;
  FastChannel(const FastChannel&) = delete;
  FastChannel& operator=(const FastChannel&) = delete;
  ~FastChannel() {
    while (first_ != nullptr) drop_first();
  }

  bool empty() const { return read_ == write_; }
  uint64_t size() const {
    if (first_ == nullptr) return 0;
    uint64_t items = uint64_t(write_ - last_->items()) - uint64_t(read_ - first_->items());
    for (const Segment* at = first_; at != last_; at = at->next) items += kItems;
    return items;
  }
  void write(const T& item) {
    if (write_ == write_end_) grow();
    new (write_++) T(item);
  }
  // Of a channel that is not empty.
  T read() {
    const T item = *read_++;
    if (read_ == read_end_) advance();
    return item;
  }

 private:
  void grow() {
    auto* segment = new (SegmentPool::of_this_thread().take()) Segment{nullptr};
    (last_ == nullptr ? first_ : last_->next) = segment;
    last_ = segment;
    write_ = segment->items();
    write_end_ = write_ + kItems;
    if (read_ == read_end_) read_on(segment);
  }
  // The first segment is read to its end.
  void advance() {
    if (first_ != last_) read_on(first_->next);
  }
  void read_on(Segment* segment) {
    if (first_ != segment) drop_first();
    read_ = segment->items();
    read_end_ = read_ + kItems;
  }
  void drop_first() {
    Segment* next = first_->next;
    SegmentPool::of_this_thread().give_back(first_);
    first_ = next;
  }

  T* read_ = nullptr;
  T* read_end_ = nullptr;
  T* write_ = nullptr;
  T* write_end_ = nullptr;
  Segment* first_ = nullptr;
  Segment* last_ = nullptr;
};

}  // namespace hls_simulation
