// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "store/store_uuid.h"

namespace penstock {

// What the checksums in one segment begin with (format.md): crc32c of uuid ‖ u32(number).
struct SegmentSeed {
  uint32_t crc = 0;
};

SegmentSeed segment_seed(const StoreUuid& uuid, uint32_t segment);

}  // namespace penstock
