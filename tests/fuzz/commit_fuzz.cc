// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/bytes.h"
#include "base/check.h"
#include "dag/commit.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace penstock;
  const Bytes block(data, size);
  const auto commit = decode_commit(block);
  if (!commit) return 0;
  const auto again = encode_commit(*commit);
  PENSTOCK_CHECK(again.has_value());
  PENSTOCK_CHECK(std::ranges::equal(*again, block));
  return 0;
}
