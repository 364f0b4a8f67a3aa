// SPDX-License-Identifier: Apache-2.0
#include "store/segment_seed.h"

#include "base/bytes.h"
#include "base/crc32c.h"

namespace penstock {

SegmentSeed segment_seed(const StoreUuid& uuid, uint32_t segment) {
  uint8_t number[4];
  store_le(number, segment);
  return {crc32c(number, crc32c(uuid.bytes))};
}

}  // namespace penstock
