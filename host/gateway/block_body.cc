// SPDX-License-Identifier: Apache-2.0
#include "gateway/block_body.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace penstock {

Result<size_t> BlockBody::fill(MutableBytes into) {
  const auto part = static_cast<size_t>(std::min<uint64_t>(into.size(), rest_.length));
  if (part == 0) return size_t{0};
  PENSTOCK_TRY_ASSIGN(const Bytes block, source_->read(cid_));
  PENSTOCK_CHECK(rest_.offset + part <= block.size());
  std::memcpy(into.data(), block.data() + rest_.offset, part);
  rest_.offset += part;
  rest_.length -= part;
  return part;
}

}  // namespace penstock
