// SPDX-License-Identifier: Apache-2.0
#include "quic/kept_bytes.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "base/check.h"

namespace penstock {
namespace {

constexpr size_t kSmallest = 1024;

}  // namespace

Bytes KeptBytes::front() const {
  if (blocks_.empty()) return {};
  const Block& first = blocks_.front();
  return {first.bytes.get() + taken_, first.filled - taken_};
}

size_t KeptBytes::capacity() const {
  size_t capacity = 0;
  for (const Block& block : blocks_) capacity += block.capacity;
  return capacity;
}

// As large as what is held already: it has twice that at most.
void KeptBytes::begin_block(size_t wanted) {
  const size_t capacity =
      std::clamp(std::bit_ceil(std::max(wanted, size_)), kSmallest, BlockPool::kBlockBytes);
  Block& block = blocks_.emplace_back();
  block.capacity = capacity;
  block.bytes =
      capacity == BlockPool::kBlockBytes ? pool_.take() : std::make_unique_for_overwrite<uint8_t[]>(capacity);
  PENSTOCK_CHECK(block.bytes != nullptr);
}

void KeptBytes::add(Bytes more) {
  while (!more.empty()) {
    if (blocks_.empty() || blocks_.back().filled == blocks_.back().capacity) begin_block(more.size());
    Block& last = blocks_.back();
    const size_t count = std::min(more.size(), last.capacity - last.filled);
    std::memcpy(last.bytes.get() + last.filled, more.data(), count);
    last.filled += count;
    size_ += count;
    more = more.subspan(count);
  }
}

void KeptBytes::take(size_t count) {
  PENSTOCK_CHECK(count <= size_);
  size_ -= count;
  while (count != 0) {
    const size_t here = std::min(count, blocks_.front().filled - taken_);
    taken_ += here;
    count -= here;
    if (taken_ == blocks_.front().filled) drop_front();
  }
}

void KeptBytes::drop_front() {
  Block& first = blocks_.front();
  if (first.capacity == BlockPool::kBlockBytes) pool_.give_back(std::move(first.bytes));
  blocks_.pop_front();
  taken_ = 0;
}

void KeptBytes::clear() {
  take(size_);
}

}  // namespace penstock
