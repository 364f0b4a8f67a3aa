// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "dag/block_io.h"
#include "dag/cid.h"
#include "fuzz/fuzz_input.h"

namespace penstock {

// Blocks of a fuzzer's making: a digest's last byte picks the block, whatever it hashes to. So links lead
// somewhere for most inputs, also back to where they stand, which no honest source can do.
//
// Input: pairs of length (u16) and bytes.
class HostileBlocks : public BlockSource {
 public:
  static constexpr size_t kBlocksMax = 64;

  explicit HostileBlocks(FuzzInput& input) {
    while (!input.empty() && blocks_.size() < kBlocksMax) {
      const Bytes block = input.take_bytes(input.take<uint16_t>());
      blocks_.emplace_back(block.begin(), block.end());
    }
  }

  Result<Bytes> read(const Cid& cid) override {
    ++reads_;
    const uint8_t pick = cid.digest.bytes.back();
    if (pick >= blocks_.size()) return fail(Errc::absent, cid.text(), "not among the blocks");
    // A copy of its own, so that a use after the next read is seen.
    shown_ = std::vector<uint8_t>(blocks_[pick]);
    return Bytes(shown_);
  }

  // The block that the walk begins with.
  static Cid root(Multicodec codec) { return Cid{.codec = codec, .digest = {}}; }

  uint64_t reads() const { return reads_; }

 private:
  std::vector<std::vector<uint8_t>> blocks_;
  std::vector<uint8_t> shown_;
  uint64_t reads_ = 0;
};

}  // namespace penstock
