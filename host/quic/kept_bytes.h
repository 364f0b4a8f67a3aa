// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>

#include "base/bytes.h"
#include "quic/block_pool.h"

namespace penstock {

// Bytes of a body that came and were not taken yet, in blocks: none is moved, and its memory follows what it
// holds, however long bytes come and go. Flow control bounds that. One stream's.
class KeptBytes {
 public:
  // `pool`: of whole blocks; a stream that holds little has less.
  explicit KeptBytes(BlockPool& pool) : pool_(pool) {}
  ~KeptBytes() { clear(); }
  KeptBytes(const KeptBytes&) = delete;
  KeptBytes& operator=(const KeptBytes&) = delete;

  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }
  // The first of them that lie together; all of them are so many times front() and take().
  Bytes front() const;
  // Of its blocks.
  size_t capacity() const;

  void add(Bytes more);
  // The first `count`.
  void take(size_t count);
  void clear();

 private:
  struct Block {
    BlockPool::Block bytes;
    size_t capacity = 0;
    size_t filled = 0;
  };

  void begin_block(size_t wanted);
  void drop_front();

  BlockPool& pool_;
  std::deque<Block> blocks_;
  size_t taken_ = 0;  // of the first
  size_t size_ = 0;
};

}  // namespace penstock
