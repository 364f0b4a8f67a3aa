// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "dag/cid.h"

namespace penstock {

// One commit in the order of acknowledgement.
struct LoggedCommit {
  Cid cid;
  uint64_t offset = 0;  // of its record in commits.log
};

}  // namespace penstock
