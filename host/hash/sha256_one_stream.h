// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace penstock {

// Takes `blocks` blocks of 64 bytes into a hash value (FIPS 180-4, 6.2.2), by OpenSSL.
void sha256_one_stream(std::array<uint32_t, 8>& state, const uint8_t* in, size_t blocks);

}  // namespace penstock
