// SPDX-License-Identifier: Apache-2.0
#include "emulation/faults/late_writer.h"

#include <algorithm>
#include <chrono>
#include <cstring>

namespace penstock {
namespace {

constexpr auto kPause = std::chrono::milliseconds(1);
constexpr size_t kLaterBytes = 64;  // of each write but the first, which changes the whole region

}  // namespace

LateWriter::LateWriter(size_t bytes_max)
    : bytes_max_(bytes_max), thread_([this](const std::stop_token& stop) { run(stop); }) {}

void LateWriter::add(const void* owner, MutableBytes region) noexcept {
  if (region.empty()) return;
  const std::lock_guard lock(mutex_);
  if (count_ == kRegionsMax) return;
  regions_[count_++] = {owner, region.first(std::min(region.size(), bytes_max_)), false};
  added_.notify_one();
}

void LateWriter::forget(const void* owner) noexcept {
  const std::lock_guard lock(mutex_);
  const auto end = std::remove_if(regions_.begin(), regions_.begin() + static_cast<ptrdiff_t>(count_),
                                  [owner](const Region& region) { return region.owner == owner; });
  count_ = static_cast<size_t>(end - regions_.begin());
}

uint64_t LateWriter::writes() const {
  const std::lock_guard lock(mutex_);
  return writes_;
}

void LateWriter::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (added_.wait(lock, stop, [this] { return count_ > 0; })) {
    for (size_t i = 0; i < count_; ++i) write(regions_[i]);
    added_.wait_for(lock, stop, kPause, [] { return false; });
    if (stop.stop_requested()) return;
  }
}

void LateWriter::write(Region& region) {
  ++writes_;
  const auto value = static_cast<int>(writes_ % 255 + 1);
  const size_t length = region.written ? std::min(region.bytes.size(), kLaterBytes) : region.bytes.size();
  const size_t at = region.bytes.size() == length ? 0 : writes_ * 4099 % (region.bytes.size() - length);
  std::memset(region.bytes.data() + at, value, length);
  region.written = true;
}

}  // namespace penstock
