// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

namespace fabric {

// Clock cycles from asking memory for a word to having it, where nothing overlaps them: assumed, 400 ns at
// 300 MHz.
constexpr uint32_t kMemoryLatency = 120;

}  // namespace fabric
