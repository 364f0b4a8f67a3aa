// SPDX-License-Identifier: Apache-2.0
#include "quic/sent_bytes.h"

#include <utility>

#include "base/check.h"

namespace penstock {

SentBytes::~SentBytes() {
  for (BlockPool::Block& block : blocks_) pool_.give_back(std::move(block));
}

MutableBytes SentBytes::room() {
  if (used_of_last_ == BlockPool::kBlockBytes) {
    BlockPool::Block block = pool_.take();
    if (block == nullptr) return {};
    blocks_.push_back(std::move(block));
    used_of_last_ = 0;
  }
  return {blocks_.back().get() + used_of_last_, BlockPool::kBlockBytes - used_of_last_};
}

Bytes SentBytes::add(size_t bytes) {
  PENSTOCK_CHECK(!blocks_.empty() && bytes <= BlockPool::kBlockBytes - used_of_last_);
  const Bytes added(blocks_.back().get() + used_of_last_, bytes);
  used_of_last_ += bytes;
  held_ += bytes;
  return added;
}

void SentBytes::acked(uint64_t bytes) {
  PENSTOCK_CHECK(bytes <= held_);
  held_ -= bytes;
  acked_of_first_ += bytes;
  while (!blocks_.empty() && acked_of_first_ >= BlockPool::kBlockBytes) {
    acked_of_first_ -= BlockPool::kBlockBytes;
    pool_.give_back(std::move(blocks_.front()));
    blocks_.pop_front();
  }
  // The last block, when all of it that was used is acknowledged: a client that lingers holds none.
  if (held_ == 0 && !blocks_.empty()) {
    pool_.give_back(std::move(blocks_.front()));
    blocks_.pop_front();
    used_of_last_ = BlockPool::kBlockBytes;
    acked_of_first_ = 0;
  }
}

}  // namespace penstock
