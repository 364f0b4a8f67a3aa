// SPDX-License-Identifier: Apache-2.0
#include "dag/meta_root.h"
#include "fuzz/one_encoding.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace penstock;
  if (const auto tops = decode_scan_root({data, size}))
    PENSTOCK_CHECK(std::ranges::equal(encode_scan_root(*tops), Bytes(data, size)));
  return check_one_encoding({data, size}, decode_meta_root, encode_meta_root);
}
