// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

namespace fabric {

// A submission's completion, and where its digests go. `end` comes once, behind the last one, with none.
struct PlannedAnswer {
  uint64_t cookie;
  uint64_t first_digest;  // in digests (32 bytes) from the answer's begin
  uint32_t generation;
  uint32_t status;  // enum penstock_status
  uint32_t chunks;  // digests that come; 0 unless the status is DONE
  bool end;
};

}  // namespace fabric
