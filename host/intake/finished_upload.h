// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "dag/cid.h"

namespace penstock {

// An upload whose content and tree are in the store, and which no commit names yet.
struct FinishedUpload {
  uint64_t stream = 0;
  std::string name;
  Cid root;
  uint64_t content_bytes = 0;
  uint64_t new_leaves = 0;
  uint64_t new_leaf_bytes = 0;
  bool partial = false;   // it has a journal
  bool tells_new = true;  // as UploadStart has it
};

}  // namespace penstock
