// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "dag/cid.h"

namespace penstock {

// What the server says of an upload that it has committed.
struct UploadReceipt {
  Cid cid;
  Cid commit;
  uint64_t bytes = 0;
};

// Of the body of a 201. failed error: it is not what such an answer is.
Result<UploadReceipt> parse_receipt(std::string_view json);

// The error of any other answer, in the server's own words where its body has some. What it says is cut to a
// line's length.
Error refusal_error(std::string what, unsigned status, std::string_view body);

}  // namespace penstock
