// SPDX-License-Identifier: Apache-2.0
#include "appliance/byte_range_text.h"

#include <fmt/format.h>

#include "base/size_text.h"

namespace penstock {

Result<RangeRequest> parse_byte_range(std::string_view text) {
  const auto malformed = [&](const std::string& why) {
    return fail(Errc::usage, fmt::format("--range '{}'", text), why,
                "give OFFSET:LENGTH such as 1M:64K, or OFFSET: to the end");
  };
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) return malformed("is not a range");
  RangeRequest range;
  const auto offset = parse_size(text.substr(0, colon));
  if (!offset) return malformed("its offset " + offset.error().why);
  range.offset = *offset;
  if (colon + 1 == text.size()) return range;
  const auto length = parse_size(text.substr(colon + 1));
  if (!length) return malformed("its length " + length.error().why);
  range.length = *length;
  return range;
}

Result<ByteRange> fit_byte_range(const RangeRequest& request, uint64_t file_bytes, const std::string& what) {
  const uint64_t behind = request.offset > file_bytes ? 0 : file_bytes - request.offset;
  if (request.offset > file_bytes || request.length.value_or(0) > behind) {
    const std::string length = request.length ? std::to_string(*request.length) : "";
    return fail(Errc::usage, what,
                fmt::format("the range {}:{} passes the file's end", request.offset, length),
                fmt::format("it has {} bytes", file_bytes));
  }
  return ByteRange{request.offset, request.length.value_or(behind)};
}

}  // namespace penstock
