// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "dag/block_io.h"
#include "dag/cid.h"

namespace penstock {

// Reads the blocks that `object` is made of. That its own root block is not there is absence; that another
// one is missing is damage: corrupt, naming both. One thread; `source` outlives it.
class ObjectSource final : public BlockSource {
 public:
  ObjectSource(BlockSource& source, const Cid& object) : source_(&source), object_(object) {}

  Result<Bytes> read(const Cid& cid) override;

 private:
  BlockSource* source_;
  Cid object_;
};

// `error`, met in what block `cid` says, as that block's.
Failure fault_in_block(const Cid& cid, Error error);

}  // namespace penstock
