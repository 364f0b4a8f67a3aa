// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace penstock {

double seconds_of(uint64_t nanoseconds);

// Of `bytes` in `nanoseconds`; 0 where no time passed.
double bytes_per_second(uint64_t bytes, uint64_t nanoseconds);

}  // namespace penstock
