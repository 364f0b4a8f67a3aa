// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "memory/slab.h"

namespace penstock {

// Where the memory lies that devices were abandoned with and may still touch: nobody may use it again. Any
// thread.
class StrandedRecord {
 public:
  void strand(Bytes bytes);
  bool holds_any_of(Bytes bytes) const;
  size_t regions() const;

  // Slabs of one pool, which regions may lie in.
  void know(std::span<const Slab> slabs);
  // Gives the pages of those pools back in which anything is stranded, since they are kept mapped to the end,
  // and forgets all slabs. With no device left that could touch them. False if something was not kept.
  [[nodiscard]] bool drop_pages();

 private:
  mutable std::mutex mutex_;
  std::map<const uint8_t*, const uint8_t*> regions_;  // begin → end
  std::vector<std::vector<MutableBytes>> pools_;      // their slabs
};

}  // namespace penstock
