// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "dag/block_io.h"
#include "dag/cid.h"

namespace penstock {

// Reads a block that `object` is made of. That it is missing is damage, not absence: corrupt, naming both.
Result<Bytes> read_inner_block(BlockSource& source, const Cid& cid, const Cid& object);

}  // namespace penstock
