// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace penstock {

// "64K", "2M", "1T", "4E", "123": bytes, suffixes K M G T P E are powers of 1024. usage error otherwise,
// also on overflow of 64 bits.
Result<uint64_t> parse_size(std::string_view text);

// The shortest exact form: 65536 → "64K", 100 → "100".
std::string exact_size(uint64_t bytes);

// For people, three digits or so: "1.5 GiB".
std::string human_size(uint64_t bytes);

}  // namespace penstock
