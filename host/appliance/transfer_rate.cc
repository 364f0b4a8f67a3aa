// SPDX-License-Identifier: Apache-2.0
#include "appliance/transfer_rate.h"

namespace penstock {

double seconds_of(uint64_t nanoseconds) {
  return static_cast<double>(nanoseconds) * 1e-9;
}

double bytes_per_second(uint64_t bytes, uint64_t nanoseconds) {
  return nanoseconds == 0 ? 0 : static_cast<double>(bytes) / seconds_of(nanoseconds);
}

}  // namespace penstock
