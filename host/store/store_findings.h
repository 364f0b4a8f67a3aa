// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "store/damaged_range.h"
#include "store/log_record.h"

namespace penstock {

// What a check found that the store is to act upon (Store::settle).
struct StoreFindings {
  std::vector<DamagedRange> damaged;  // to be taken for not stored from now on
  std::vector<DamagedRange> whole;    // known as damaged, but read whole now, save for what `damaged` says
  std::vector<Watermark> segments;    // whose header or footer is damaged, perhaps; their records are whole
  bool log = false;                   // parts of commits.log are damaged
  bool quarantine_log = false;        // parts of quarantine.log are damaged

  bool empty() const {
    return damaged.empty() && whole.empty() && segments.empty() && !log && !quarantine_log;
  }
};

}  // namespace penstock
