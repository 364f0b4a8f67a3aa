// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dag/cid.h"
#include "gateway/refusal.h"

namespace penstock {

// What a path under /ipfs/ names: an object, and the way from it to another.
struct ContentPath {
  static constexpr size_t kSegmentsMax = 256;

  Cid root;
  std::vector<std::string> segments;  // decoded; names of entries, any bytes
  bool trailing_slash = false;

  // The last segment, or empty.
  std::string_view file_name() const { return segments.empty() ? std::string_view() : segments.back(); }
};

// From what stands behind "/ipfs/", percent-encoded. Refused with 400: a malformed CID, an empty segment, "."
// or "..", a '/' or NUL within a segment, too many segments.
OrRefusal<ContentPath> parse_content_path(std::string_view encoded);

}  // namespace penstock
