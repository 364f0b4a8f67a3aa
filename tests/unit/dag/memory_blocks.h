// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "dag/block_io.h"

namespace penstock {

// Blocks in memory, both sides. Counts reads; can lose a block; each read's bytes die with the next, as the
// contract has it.
class MemoryBlocks final : public BlockSink, public BlockSource {
 public:
  Status put(const Cid& cid, Bytes block) override {
    ++puts;
    blocks_[cid].assign(block.begin(), block.end());
    return {};
  }

  Cid put(Multicodec codec, Bytes block) {
    const Cid cid = cid_of(codec, block);
    blocks_[cid].assign(block.begin(), block.end());
    return cid;
  }

  Result<Bytes> read(const Cid& cid) override {
    ++reads;
    const auto found = blocks_.find(cid);
    if (found == blocks_.end()) return fail(Errc::absent, cid.text(), "no such block");
    lent_ = std::vector<uint8_t>(found->second);
    return Bytes(lent_);
  }

  bool has(const Cid& cid) const { return blocks_.contains(cid); }
  void lose(const Cid& cid) { blocks_.erase(cid); }
  size_t count() const { return blocks_.size(); }
  const std::unordered_map<Cid, std::vector<uint8_t>, CidHash>& all() const { return blocks_; }

  uint64_t puts = 0;
  uint64_t reads = 0;

 private:
  std::unordered_map<Cid, std::vector<uint8_t>, CidHash> blocks_;
  std::vector<uint8_t> lent_;
};

}  // namespace penstock
