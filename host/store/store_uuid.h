// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace penstock {

// A store's identity: its checksums begin with it, so that files of another store do not pass (format.md).
struct StoreUuid {
  std::array<uint8_t, 16> bytes{};

  friend bool operator==(const StoreUuid&, const StoreUuid&) = default;

  std::string text() const;  // 8-4-4-4-12 lower-case hexadecimal digits
};

// corrupt error: not the form that text() gives.
Result<StoreUuid> parse_store_uuid(std::string_view text);

// A new one, version 4 of RFC 9562, from the system's random numbers.
Result<StoreUuid> random_store_uuid();

}  // namespace penstock
