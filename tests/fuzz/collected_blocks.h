// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/check.h"
#include "dag/block_io.h"

namespace penstock {

using Block = std::vector<uint8_t>;

// Blocks as builders put them.
class CollectedBlocks : public BlockSink {
 public:
  Status put(const Cid& cid, Bytes block) override {
    blocks_.emplace(cid.digest, Block(block.begin(), block.end()));
    return {};
  }

  // The blocks with `root` first, and `second` behind it, each link's digest replaced by its block's number:
  // as HostileBlocks finds them.
  std::vector<Block> numbered(const Cid& root, const std::optional<Cid>& second = std::nullopt) const {
    std::vector<Digest> order{root.digest};
    if (second && second->digest != root.digest) order.push_back(second->digest);
    for (const auto& [digest, block] : blocks_) {
      if (std::ranges::find(order, digest) == order.end()) order.push_back(digest);
    }
    std::vector<Block> result;
    for (const Digest& digest : order) {
      Block block = blocks_.at(digest);
      for (size_t number = 0; number < order.size(); ++number) renumber(block, order[number], number);
      result.push_back(std::move(block));
    }
    return result;
  }

 private:
  static void renumber(Block& block, const Digest& digest, size_t number) {
    Digest with;
    with.bytes.back() = static_cast<uint8_t>(number);
    auto at = block.begin();
    while (true) {
      at = std::search(at, block.end(), digest.bytes.begin(), digest.bytes.end());
      if (at == block.end()) return;
      at = std::copy(with.bytes.begin(), with.bytes.end(), at);
    }
  }

  std::map<Digest, Block> blocks_;
};

// What HostileBlocks takes.
inline Block input_of(const std::vector<Block>& blocks, Block input = {}) {
  for (const Block& block : blocks) {
    PENSTOCK_CHECK(block.size() <= UINT16_MAX);
    input.push_back(static_cast<uint8_t>(block.size()));
    input.push_back(static_cast<uint8_t>(block.size() >> 8));
    input.insert(input.end(), block.begin(), block.end());
  }
  return input;
}

}  // namespace penstock
