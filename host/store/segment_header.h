// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "store/store_uuid.h"

namespace penstock {

// The first bytes of a segment file (format.md).
struct SegmentHeader {
  static constexpr size_t kBytes = 36;

  uint32_t segment = 0;
  StoreUuid uuid;
};

std::array<uint8_t, SegmentHeader::kBytes> encode_segment_header(const SegmentHeader& header);
// corrupt error: anything but the header of a segment.
Result<SegmentHeader> parse_segment_header(Bytes bytes);

// "0000002a.seg" and back; nothing if `name` is not a segment's.
std::string segment_file_name(uint32_t segment);
std::optional<uint32_t> parse_segment_file_name(std::string_view name);

}  // namespace penstock
