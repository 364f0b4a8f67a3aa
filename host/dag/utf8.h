// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace penstock {

// Bytes of the well-formed UTF-8 sequence (RFC 3629) in front of `text`; 0 if there is none.
size_t utf8_sequence_bytes(std::string_view text);

bool valid_utf8(std::string_view text);

}  // namespace penstock
