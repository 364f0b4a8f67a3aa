// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"

namespace penstock {

// Datagrams that wait for their time, in slots of a fixed number. One thread.
class DelayQueue {
 public:
  using Clock = std::chrono::steady_clock;
  using Slot = uint32_t;

  struct Entry {
    Clock::time_point due{};
    uint64_t number = 0;  // of those that are due together, the first comes first
    Slot slot = 0;
    uint32_t bytes = 0;
    uint32_t session = 0;
    bool to_server = false;
  };

  explicit DelayQueue(size_t slots);
  ~DelayQueue();
  DelayQueue(const DelayQueue&) = delete;
  DelayQueue& operator=(const DelayQueue&) = delete;

  // A slot that nobody uses: the one that was given back last, whose memory is in the cache.
  std::optional<Slot> take_slot();
  void give_back(Slot slot) { free_.push_back(slot); }
  MutableBytes bytes_of(Slot slot) { return {memory_ + size_t{slot} * kSlotBytes, kSlotBytes}; }

  // The slot becomes the queue's.
  void push(Entry entry);
  // The next entry if its time has come; its slot is to be given back.
  std::optional<Entry> pop(Clock::time_point now);
  std::optional<Clock::time_point> next_due() const;
  size_t size() const { return heap_.size(); }

  static constexpr size_t kSlotBytes = 64 << 10;  // any UDP payload

 private:
  size_t slots_;
  uint8_t* memory_;  // of which only what is used becomes real
  std::vector<Slot> free_;
  std::vector<Entry> heap_;
  uint64_t next_number_ = 0;
};

}  // namespace penstock
