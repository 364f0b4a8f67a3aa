// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "dag/cid.h"

namespace penstock {

// The CIDs that `block`, which is of `codec`, links to, in its order; raw blocks link to nothing. corrupt
// error: malformed.
Result<std::vector<Cid>> block_links(Multicodec codec, Bytes block);

}  // namespace penstock
