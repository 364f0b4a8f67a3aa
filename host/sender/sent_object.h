// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "dag/cid.h"

namespace penstock {

// An object that the server has committed, and whose CID is what was computed here.
struct SentObject {
  std::string name;
  std::string path;
  Cid cid;
  Cid commit;
  uint64_t bytes = 0;
  uint64_t bytes_sent = 0;  // acknowledged or kept by the server's end of the connection, in all attempts
  uint64_t bytes_kept = 0;  // the server had them of an attempt that was broken off
  unsigned attempts = 1;
};

// What became of all.
struct SendReport {
  uint64_t objects = 0;  // committed
  uint64_t bytes = 0;    // of them
  uint64_t bytes_sent = 0;
  uint64_t bytes_again = 0;  // of them, a second time
  uint64_t left_out = 0;     // entries that could not be read, are no files, or changed while they were sent
  uint64_t refused = 0;      // objects that the server did not take
  uint64_t connections = 0;  // that were made
};

}  // namespace penstock
