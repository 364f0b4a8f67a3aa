// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace penstock {

// The first 64 bits of MurmurHash3_x64_128 with seed 0 (Appleby, public domain), by which a HAMT places
// names.
uint64_t murmur3_x64_64(Bytes bytes);

}  // namespace penstock
