// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dag/block_io.h"
#include "gateway/body_source.h"
#include "gateway/range_field.h"

namespace penstock {

// One block as it is, or a part of it.
class BlockBody final : public BodySource {
 public:
  // The source outlives it; `slice` lies within the block.
  BlockBody(BlockSource& source, const Cid& cid, const ByteSlice& slice)
      : source_(&source), cid_(cid), rest_(slice) {}

  Result<size_t> fill(MutableBytes into) override;

 private:
  BlockSource* source_;
  Cid cid_;
  ByteSlice rest_;
};

}  // namespace penstock
