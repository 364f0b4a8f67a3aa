// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "unit/store/block_maker.h"

namespace penstock {

// Blocks as one verified frame, with the memory that it borrows.
class VerifiedFrame {
 public:
  explicit VerifiedFrame(const std::vector<TestBlock>& blocks, CodecId codec = CodecId::stored);

  const VerifiedBlock& block() const { return *block_; }

 private:
  std::vector<uint8_t> raw_;
  std::vector<uint8_t> payload_;
  std::vector<BlockEntry> entries_;
  std::unique_ptr<BufferPool> pool_;
  std::unique_ptr<Verifier> verifier_;
  std::optional<VerifiedBlock> block_;
};

}  // namespace penstock
