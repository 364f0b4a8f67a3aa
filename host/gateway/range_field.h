// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace penstock {

// Consecutive bytes of something whose size is known.
struct ByteSlice {
  uint64_t offset = 0;
  uint64_t length = 0;

  friend bool operator==(const ByteSlice&, const ByteSlice&) = default;
};

// One range of bytes as a Range field asks for it (RFC 9110, section 14.1.2). Numbers too large for 64 bits
// count as the largest.
struct RangeField {
  std::optional<uint64_t> first;  // none: the last `last` bytes
  std::optional<uint64_t> last;   // none: up to the end

  // Of something of `bytes` bytes; nothing: no byte of it is asked for (416).
  std::optional<ByteSlice> of(uint64_t bytes) const;

  friend bool operator==(const RangeField&, const RangeField&) = default;
};

// Nothing for another unit, several ranges or what is malformed: such a field is ignored, and the whole is
// sent.
std::optional<RangeField> parse_range_field(std::string_view text);

}  // namespace penstock
