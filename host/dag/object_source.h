// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

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

// What can be done about a block that matches its address and yet is not what it must be.
inline constexpr const char* kMalformedRemedy =
    "its bytes match its address, so it was made so: put the content anew";

// Block `cid` is one of these.
Failure malformed_block(const Cid& cid, std::string why);
// `error`, met in what block `cid` says, as that block's.
Failure fault_in_block(const Cid& cid, Error error);

}  // namespace penstock
