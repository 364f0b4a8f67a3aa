// SPDX-License-Identifier: Apache-2.0
#include "dag/scan_item.h"
#include "fuzz/one_encoding.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace penstock;
  const auto decode = [](Bytes block) -> Result<ScanItem> {
    CborReader from(block);
    PENSTOCK_TRY_ASSIGN(const ScanItem item, take_scan_item(from));
    PENSTOCK_TRY(from.end());
    return item;
  };
  const auto encode = [](const ScanItem& item) -> Result<std::vector<uint8_t>> {
    std::vector<uint8_t> block;
    append_scan_item(block, item);
    return block;
  };
  return check_one_encoding({data, size}, decode, encode);
}
