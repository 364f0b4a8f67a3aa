// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/bytes.h"
#include "base/check.h"
#include "dag/dag_cbor.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace penstock;
  const Bytes block(data, size);
  const auto value = decode_dag_cbor(block);
  if (!value) return 0;
  // There is one encoding of a value, and it alone is accepted.
  const auto again = encode_dag_cbor(*value);
  PENSTOCK_CHECK(again.has_value());
  PENSTOCK_CHECK(std::ranges::equal(*again, block));
  return 0;
}
