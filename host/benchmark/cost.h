// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace penstock {

// What some work took: nanoseconds of wall time for so many raw bytes.
struct Cost {
  uint64_t bytes = 0;
  double nanoseconds = 0;

  double seconds() const { return nanoseconds * 1e-9; }
  double ns_per_byte() const { return bytes == 0 ? 0 : nanoseconds / static_cast<double>(bytes); }
  double bytes_per_second() const { return nanoseconds > 0 ? static_cast<double>(bytes) / seconds() : 0; }
};

}  // namespace penstock
