// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/bytes.h"
#include "base/check.h"
#include "dag/cid.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace penstock;
  const auto cid = parse_binary_cid({data, size});
  if (!cid) return 0;
  const auto again = cid->binary();
  PENSTOCK_CHECK(parse_binary_cid(again).value() == *cid);
  // A multihash alone is version 0, another spelling.
  if (size == again.size()) PENSTOCK_CHECK(std::equal(again.begin(), again.end(), data));
  return 0;
}
