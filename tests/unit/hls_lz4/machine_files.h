// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "unit/hls_lz4/sample_extents.h"

namespace penstock {

// The first `bytes` of the files below a folder, in the order of their paths; prose and noise by turns where
// they do not suffice.
Bytes files_below(const std::string& folder, size_t bytes);

}  // namespace penstock
