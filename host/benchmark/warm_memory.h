// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace penstock {

// Uses and frees `bytes` of memory, or half of what is available where that is less, so that the machine has
// it at hand for some seconds: a virtual machine's host takes back what lies free, and gives a page again
// only when it is used, several microseconds each, which would be charged to whatever is timed next.
void warm_memory(uint64_t bytes);

}  // namespace penstock
