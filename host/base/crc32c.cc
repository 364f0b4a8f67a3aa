// SPDX-License-Identifier: Apache-2.0
#include "base/crc32c.h"

#include <isa-l/crc.h>

#include <algorithm>
#include <climits>

namespace penstock {

uint32_t crc32c(Bytes bytes, uint32_t before) {
  // ISA-L takes an int length and leaves both inversions to the caller.
  uint32_t crc = ~before;
  while (!bytes.empty()) {
    const size_t part = std::min<size_t>(bytes.size(), INT_MAX);
    crc = crc32_iscsi(const_cast<unsigned char*>(bytes.data()), static_cast<int>(part), crc);
    bytes = bytes.subspan(part);
  }
  return ~crc;
}

}  // namespace penstock
