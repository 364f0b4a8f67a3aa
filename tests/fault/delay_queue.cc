// SPDX-License-Identifier: Apache-2.0
#include "fault/delay_queue.h"

#include <sys/mman.h>

#include <algorithm>

#include "base/check.h"

namespace penstock {
namespace {

bool later(const DelayQueue::Entry& a, const DelayQueue::Entry& b) {
  return a.due != b.due ? a.due > b.due : a.number > b.number;
}

}  // namespace

DelayQueue::DelayQueue(size_t slots) : slots_(slots) {
  void* const mapped = ::mmap(nullptr, slots * kSlotBytes, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  PENSTOCK_CHECK(mapped != MAP_FAILED);
  memory_ = static_cast<uint8_t*>(mapped);
  free_.reserve(slots);
  heap_.reserve(slots);
  for (size_t i = slots; i > 0; --i) free_.push_back(static_cast<Slot>(i - 1));
}

DelayQueue::~DelayQueue() {
  ::munmap(memory_, slots_ * kSlotBytes);
}

std::optional<DelayQueue::Slot> DelayQueue::take_slot() {
  if (free_.empty()) return std::nullopt;
  const Slot slot = free_.back();
  free_.pop_back();
  return slot;
}

void DelayQueue::push(Entry entry) {
  entry.number = next_number_++;
  heap_.push_back(entry);
  std::ranges::push_heap(heap_, later);
}

std::optional<DelayQueue::Entry> DelayQueue::pop(Clock::time_point now) {
  if (heap_.empty() || heap_.front().due > now) return std::nullopt;
  std::ranges::pop_heap(heap_, later);
  const Entry entry = heap_.back();
  heap_.pop_back();
  return entry;
}

std::optional<DelayQueue::Clock::time_point> DelayQueue::next_due() const {
  if (heap_.empty()) return std::nullopt;
  return heap_.front().due;
}

}  // namespace penstock
