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

// What a commit's own data hangs from: root and meta. Its parents are commits of their own (and genesis is in
// no store). corrupt error: not a commit.
Result<std::vector<Cid>> commit_roots(Bytes block);

}  // namespace penstock
