// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace penstock {

// Blocks of memory for bytes on their way, those that are sent and not yet acknowledged for one: made when
// they are first needed, up to a fixed number, and so many of them kept for the next. One worker's, in its
// thread.
class BlockPool {
 public:
  static constexpr size_t kBlockBytes = size_t{32} << 10;
  using Block = std::unique_ptr<uint8_t[]>;

  explicit BlockPool(size_t bytes_max, size_t spare_bytes = SIZE_MAX)
      : blocks_left_(bytes_max / kBlockBytes), spare_(spare_bytes / kBlockBytes) {}

  // Null: all are in use.
  Block take() {
    if (!free_.empty()) {
      Block block = std::move(free_.back());
      free_.pop_back();
      return block;
    }
    if (blocks_left_ == 0) return nullptr;
    --blocks_left_;
    return std::make_unique_for_overwrite<uint8_t[]>(kBlockBytes);
  }
  void give_back(Block block) {
    if (free_.size() < spare_)
      free_.push_back(std::move(block));
    else
      ++blocks_left_;
  }

 private:
  size_t blocks_left_;
  const size_t spare_;
  std::vector<Block> free_;
};

}  // namespace penstock
