// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "pipeline/restore.h"

namespace penstock {

// A range as it was typed: without a length it goes to the file's end.
struct RangeRequest {
  uint64_t offset = 0;
  std::optional<uint64_t> length;
};

// "OFFSET:LENGTH" or "OFFSET:", each a size (base/size_text.h); usage error otherwise.
Result<RangeRequest> parse_byte_range(std::string_view text);

// The range in the file `what` of `file_bytes`; usage error, with the true size, where it passes the end.
Result<ByteRange> fit_byte_range(const RangeRequest& request, uint64_t file_bytes, const std::string& what);

}  // namespace penstock
