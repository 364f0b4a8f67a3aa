// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace penstock {

// RFC 4648 base32, lower case, without padding. Decoding takes nothing but the one canonical text of the
// bytes.
std::string base32_text(Bytes bytes);
std::optional<std::vector<uint8_t>> base32_bytes(std::string_view text);

// Base58 with Bitcoin's alphabet, for the CIDs of version 0. Nothing for another letter or over 64 letters.
std::optional<std::vector<uint8_t>> base58_bytes(std::string_view text);

}  // namespace penstock
