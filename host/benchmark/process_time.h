// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace penstock {

// CPU time of all threads of this process so far, in nanoseconds.
uint64_t process_nanoseconds();

}  // namespace penstock
