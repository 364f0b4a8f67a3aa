// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "ingest/source.h"

namespace penstock {

// A file, or standard input, that is to be sent.
struct OutgoingObject {
  std::string name;                // of the object
  std::string path;                // as the user would name it
  std::unique_ptr<Source> source;  // at its front
  uint64_t size_hint = 0;          // the source gives no more; 0 where that is unknown
};

}  // namespace penstock
