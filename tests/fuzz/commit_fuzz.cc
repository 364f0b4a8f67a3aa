// SPDX-License-Identifier: Apache-2.0
#include "dag/commit.h"
#include "fuzz/one_encoding.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace penstock;
  return check_one_encoding({data, size}, decode_commit, encode_commit);
}
