// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "base/bytes.h"
#include "base/check.h"

namespace penstock {

// Checks that `encode` gives back exactly the bytes that `decode` took: a value has one encoding, and it
// alone is accepted. Returns what a fuzz target is to return.
template <class Decode, class Encode>
int check_one_encoding(Bytes block, Decode decode, Encode encode) {
  const auto value = decode(block);
  if (!value) return 0;
  const auto again = encode(*value);
  PENSTOCK_CHECK(again.has_value());
  PENSTOCK_CHECK(std::ranges::equal(*again, block));
  return 0;
}

}  // namespace penstock
