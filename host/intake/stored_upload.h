// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "dag/cid.h"

namespace penstock {

// An upload that is in the store for good.
struct StoredUpload {
  Cid cid;
  Cid commit;
  uint64_t bytes = 0;  // of content
};

}  // namespace penstock
