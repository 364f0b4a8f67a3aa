// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "drivers/batch/card_link.h"
#include "memory/slab.h"

namespace penstock {

// The card's memory: buffers by their addresses, each a mapping of its own. Addresses come from XRT, which
// allocates; here they are checked. One thread's.
class BufferMap {
 public:
  // failed: outside the banks, over another buffer, or this machine has no memory.
  Status allocate(uint64_t address, uint64_t bytes);
  // The buffer that begins there is no longer found. Its memory stays until drop_freed(), because a kernel
  // may be at it. absent: there is none.
  Status free(uint64_t address);
  void drop_freed() { freed_.clear(); }

  // From the address to the end of its buffer, at least `bytes`. absent: that is in no buffer.
  Result<MutableBytes> find(uint64_t address, uint64_t bytes) const;

 private:
  struct Buffer {
    Slab memory;
    uint64_t bytes;
  };

  std::map<uint64_t, Buffer> buffers_;  // by address
  std::vector<Slab> freed_;
};

// The bank that the address lies in. absent: none.
Result<CardBank> bank_of(uint64_t address);

}  // namespace penstock
