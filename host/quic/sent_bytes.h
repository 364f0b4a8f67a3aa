// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <deque>

#include "base/bytes.h"
#include "quic/block_pool.h"

namespace penstock {

// The bytes of one response from when they are read until the client has acknowledged them. Owned by its
// stream, in the worker's thread.
class SentBytes {
 public:
  explicit SentBytes(BlockPool& pool) : pool_(pool) {}
  ~SentBytes();
  SentBytes(const SentBytes&) = delete;
  SentBytes& operator=(const SentBytes&) = delete;

  // Where the next bytes are to be written; empty: no block is free.
  MutableBytes room();
  // The first `bytes` of room() are to be sent. They stay where they are until they are acknowledged.
  Bytes add(size_t bytes);
  void acked(uint64_t bytes);
  size_t held() const { return held_; }

 private:
  BlockPool& pool_;
  std::deque<BlockPool::Block> blocks_;
  size_t used_of_last_ = BlockPool::kBlockBytes;
  size_t acked_of_first_ = 0;
  size_t held_ = 0;
};

}  // namespace penstock
