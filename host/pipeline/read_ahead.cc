// SPDX-License-Identifier: Apache-2.0
#include "pipeline/read_ahead.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace penstock {

ReadAhead::ReadAhead(BufferPool& buffers, size_t headroom, size_t bytes_max)
    : buffers_(&buffers), headroom_(headroom), bytes_max_(bytes_max) {}

bool ReadAhead::may_offer(const Source& source) const {
  return headroom_ + bytes_max_ <= buffers_->buffer_bytes() && !source.may_wait();
}

Result<ReadResult> ReadAhead::read(Source& source, MutableBytes into, uint64_t& bytes_moved) {
  const std::lock_guard lock(mutex_);
  offered_ = nullptr;
  Result<ReadResult> got = next(source, into, bytes_moved);
  // Whoever has all that he had room for is going to cut it.
  if (got && got->bytes == into.size() && may_offer(source)) offered_ = &source;
  return got;
}

// With mutex_ held.
Result<ReadResult> ReadAhead::next(Source& source, MutableBytes into, uint64_t& bytes_moved) {
  if (window_.buffer) {
    const size_t bytes = std::min(into.size(), window_.end - window_.begin);
    std::memcpy(into.data(), window_.buffer.bytes().data() + window_.begin, bytes);
    window_.begin += bytes;
    if (window_.begin == window_.end) window_ = {};
    bytes_moved += bytes;
    return ReadResult{.bytes = bytes};
  }
  if (behind_) return *std::exchange(behind_, std::nullopt);
  return source.read(into);
}

std::optional<ReadAhead::Window> ReadAhead::take(size_t room) {
  const std::lock_guard lock(mutex_);
  if (!window_.buffer || window_.begin < room) return std::nullopt;
  return std::exchange(window_, {});
}

bool ReadAhead::help() {
  const std::lock_guard lock(mutex_);
  if (offered_ == nullptr || window_.buffer || behind_) return false;
  Buffer buffer = buffers_->try_acquire();
  if (!buffer) return false;
  Result<ReadResult> got = offered_->read(buffer.bytes().subspan(headroom_, bytes_max_));
  if (!got || got->bytes == 0) {
    behind_ = std::move(got);
    return true;
  }
  window_ = {.buffer = std::move(buffer), .begin = headroom_, .end = headroom_ + got->bytes};
  return true;
}

}  // namespace penstock
