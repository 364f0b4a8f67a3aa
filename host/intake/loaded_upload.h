// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "intake/upload_journal.h"
#include "intake/upload_tree.h"

namespace penstock {

// A partial upload that a stream goes on with, once its journal has been read.
struct LoadedUpload {
  struct Content {
    std::string name;
    std::unique_ptr<UploadTree> tree;
    JournalTail tail;
  };
  uint64_t stream = 0;
  std::string token;
  Result<Content> content;
};

}  // namespace penstock
