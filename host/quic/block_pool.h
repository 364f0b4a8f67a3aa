// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace penstock {

// Blocks of memory for bytes that are sent and not yet acknowledged: made when they are first needed, up to a
// fixed number, and kept for the next. One worker's, in its thread.
class BlockPool {
 public:
  static constexpr size_t kBlockBytes = size_t{32} << 10;
  using Block = std::unique_ptr<uint8_t[]>;

  explicit BlockPool(size_t bytes_max) : blocks_left_(bytes_max / kBlockBytes) {}

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
  void give_back(Block block) { free_.push_back(std::move(block)); }

 private:
  size_t blocks_left_;
  std::vector<Block> free_;
};

}  // namespace penstock
