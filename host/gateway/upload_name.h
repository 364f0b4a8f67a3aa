// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "gateway/refusal.h"

namespace penstock {

inline constexpr size_t kUploadNameBytesMax = 1024;

// The name of an upload from the rest of its path, percent-encoded: 1 to kUploadNameBytesMax bytes of UTF-8
// without control characters; '/' stands between parts, none of which is "", "." or "..". Refused with 400.
OrRefusal<std::string> parse_upload_name(std::string_view encoded);

}  // namespace penstock
