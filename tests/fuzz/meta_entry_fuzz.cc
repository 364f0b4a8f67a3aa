// SPDX-License-Identifier: Apache-2.0
#include "dag/meta_entry.h"
#include "fuzz/one_encoding.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace penstock;
  const auto decode = [](Bytes block) -> Result<MetaEntry> {
    CborReader from(block);
    PENSTOCK_TRY_ASSIGN(MetaEntry entry, take_meta_entry(from));
    PENSTOCK_TRY(from.end());
    return entry;
  };
  const auto encode = [](const MetaEntry& entry) -> Result<std::vector<uint8_t>> {
    std::vector<uint8_t> block;
    PENSTOCK_TRY(append_meta_entry(block, entry));
    return block;
  };
  return check_one_encoding({data, size}, decode, encode);
}
