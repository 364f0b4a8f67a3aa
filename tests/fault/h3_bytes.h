// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace penstock {

// Bytes of HTTP/3's streams as they are written, right or wrong (RFC 9114, 9204). One thread's.
class H3Bytes {
 public:
  H3Bytes& byte(uint64_t value) {
    bytes_.push_back(static_cast<uint8_t>(value));
    return *this;
  }
  H3Bytes& raw(Bytes more) {
    bytes_.insert(bytes_.end(), more.begin(), more.end());
    return *this;
  }
  H3Bytes& text(std::string_view more) { return raw(as_bytes(more)); }
  // RFC 9000, section 16: 1, 2, 4 or 8 bytes.
  H3Bytes& number(uint64_t value) {
    const int logarithm = value < 0x40 ? 0 : value < 0x4000 ? 1 : value < 0x40000000 ? 2 : 3;
    for (int i = (1 << logarithm) - 1; i >= 0; --i)
      byte(value >> (8 * i) | (i + 1 == 1 << logarithm ? uint64_t(logarithm) << 6 : 0));
    return *this;
  }
  H3Bytes& frame(uint64_t type, Bytes content) { return number(type).number(content.size()).raw(content); }
  // A field of a section, with its name and value spelt out.
  H3Bytes& field(std::string_view name, std::string_view value) {
    prefixed(0x20, 3, name.size()).text(name);
    return prefixed(0, 7, value.size()).text(value);
  }

  Bytes bytes() const { return bytes_; }
  std::vector<uint8_t> take() { return std::move(bytes_); }

 private:
  // RFC 7541, section 5.1.
  H3Bytes& prefixed(uint8_t high, unsigned bits, uint64_t value) {
    const uint64_t most = (1U << bits) - 1;
    if (value < most) return byte(high | value);
    byte(high | most);
    for (value -= most; value >= 0x80; value >>= 7) byte(0x80 | (value & 0x7f));
    return byte(value);
  }

  std::vector<uint8_t> bytes_;
};

}  // namespace penstock
