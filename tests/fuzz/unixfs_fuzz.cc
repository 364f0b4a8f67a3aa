// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "dag/unixfs.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace penstock;
  const auto message = decode_unixfs({data, size});
  if (!message) return 0;
  const std::vector<uint8_t> ours = encode_unixfs(*message);
  const auto again = decode_unixfs(ours);
  PENSTOCK_CHECK(again.has_value());
  PENSTOCK_CHECK(again->type == message->type);
  PENSTOCK_CHECK(std::ranges::equal(again->data, message->data));
  PENSTOCK_CHECK(again->block_bytes == message->block_bytes);
  PENSTOCK_CHECK(again->hash_type == message->hash_type && again->fanout == message->fanout);
  PENSTOCK_CHECK(encode_unixfs(*again) == ours);
  return 0;
}
