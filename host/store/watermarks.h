// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "store/log_record.h"

namespace penstock {

// How much of each segment is acknowledged: 8 bytes a segment, ascending, so that a store of any number of
// segments costs no more than that.
class Watermarks {
 public:
  // 0 for a segment that was never named.
  uint32_t of(uint32_t segment) const {
    const auto at = position(segment);
    return at != list_.end() && at->segment == segment ? at->bytes : 0;
  }
  void set(Watermark watermark) {
    const auto at = list_.begin() + (position(watermark.segment) - list_.begin());
    if (at != list_.end() && at->segment == watermark.segment) {
      at->bytes = watermark.bytes;
    } else {
      list_.insert(at, watermark);
    }
  }
  std::span<const Watermark> list() const { return list_; }
  // The greatest segment, 0 if there is none.
  uint32_t last_segment() const { return list_.empty() ? 0 : list_.back().segment; }

 private:
  std::vector<Watermark>::const_iterator position(uint32_t segment) const {
    return std::ranges::lower_bound(list_, segment, {}, &Watermark::segment);
  }

  std::vector<Watermark> list_;
};

}  // namespace penstock
