// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "store/store_uuid.h"

namespace penstock {

// The store that the seeds of the corpora belong to: uuid 00010203-0405-0607-0809-0a0b0c0d0e0f.
inline constexpr StoreUuid kFuzzUuid{{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}};
inline constexpr uint32_t kFuzzSegment = 7;

}  // namespace penstock
