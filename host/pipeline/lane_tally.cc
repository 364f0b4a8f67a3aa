// SPDX-License-Identifier: Apache-2.0
#include "pipeline/lane_tally.h"

namespace penstock {
namespace {

constexpr std::array kCounted = {&LaneFigures::chunks_new,      &LaneFigures::chunks_duplicate,
                                 &LaneFigures::bytes_duplicate, &LaneFigures::bytes_unique,
                                 &LaneFigures::bytes_stored,    &LaneFigures::frames_compressed,
                                 &LaneFigures::frames_stored,   &LaneFigures::bytes_moved};

}  // namespace

LaneFigures& LaneFigures::operator+=(const LaneFigures& other) {
  for (const auto count : kCounted) this->*count += other.*count;
  times += other.times;
  return *this;
}

void LaneTally::publish(const LaneFigures& figures) {
  static_assert(kCounted.size() == kCounts);
  for (size_t i = 0; i < kCounts; ++i) values_[i].store(figures.*kCounted[i], std::memory_order_relaxed);
  for (size_t i = 0; i < kStageCount; ++i)
    values_[kCounts + i].store(figures.times.nanoseconds[i], std::memory_order_relaxed);
}

LaneFigures LaneTally::read() const {
  LaneFigures figures;
  for (size_t i = 0; i < kCounts; ++i) figures.*kCounted[i] = values_[i].load(std::memory_order_relaxed);
  for (size_t i = 0; i < kStageCount; ++i)
    figures.times.nanoseconds[i] = values_[kCounts + i].load(std::memory_order_relaxed);
  return figures;
}

}  // namespace penstock
