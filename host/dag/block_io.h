// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "dag/cid.h"

namespace penstock {

// Where builders put the blocks that they make.
class BlockSink {
 public:
  virtual ~BlockSink() = default;
  // `block` hashes to cid.digest; it is copied or written before the call returns.
  virtual Status put(const Cid& cid, Bytes block) = 0;
};

// Where readers get blocks by address. One thread.
class BlockSource {
 public:
  virtual ~BlockSource() = default;
  // The block, its digest checked; valid until the next call. absent error: not there; corrupt: it does not
  // match its address.
  virtual Result<Bytes> read(const Cid& cid) = 0;
};

}  // namespace penstock
