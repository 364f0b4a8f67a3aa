// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "intake/upload_journal.h"

namespace penstock {

// What a partial upload's journal is to be told, once it is durable in the store.
struct UploadPoint {
  uint64_t stream = 0;
  uint64_t offset = 0;  // where the entries begin
  std::vector<JournalEntry> entries;
  bool suspended = false;  // nothing more of it comes under this number
};

}  // namespace penstock
