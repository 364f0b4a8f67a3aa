// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace penstock {

// CRC-32C (Castagnoli, RFC 3720 appendix B.4) of `bytes`; `before` continues from the value of what came
// before. crc32c("123456789") is 0xE3069283.
uint32_t crc32c(Bytes bytes, uint32_t before = 0);

}  // namespace penstock
