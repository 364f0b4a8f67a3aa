// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "store/log_record.h"
#include "store/store_site.h"

namespace penstock {

// What of a segment was written again.
struct SegmentMending {
  bool header = false;
  std::optional<uint32_t> footer;  // where it begins
};

// Writes a damaged header or footer of a segment again, from its records, if each block in these is whole and
// what stands in the footer's place is mostly that footer: damaged records are never written over. In place
// and durably: cut off, it leaves a header or footer that is damaged, as it found it. A writer's.
Result<SegmentMending> mend_segment(const StoreSite& site, const Watermark& watermark);

}  // namespace penstock
