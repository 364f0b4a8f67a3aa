// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "store/store_uuid.h"

namespace penstock {

// Why records are damaged. On disk: these values are kept for ever (format.md).
enum class DamageKind : uint32_t {
  head = 1,     // unreadable header or table
  payload = 2,  // the payload's checksum differs
  undecodable = 3,
  digest = 4,   // a block does not match its address
  missing = 5,  // the file, or its end, is gone
};

std::string_view damage_text(DamageKind kind);

// Records of a segment that start in [begin, end) are damaged. Encoded, it is a record of quarantine.log.
struct DamagedRange {
  static constexpr size_t kBytes = 24;

  uint32_t segment = 0;
  uint32_t begin = 0;
  uint32_t end = 0;
  DamageKind kind = DamageKind::head;

  friend bool operator==(const DamagedRange&, const DamagedRange&) = default;
};

std::array<uint8_t, DamagedRange::kBytes> encode_damaged_range(const DamagedRange& range,
                                                               const StoreUuid& uuid);
// corrupt error: cut off, damaged, or impossible.
Result<DamagedRange> parse_damaged_range(Bytes bytes, const StoreUuid& uuid);

}  // namespace penstock
