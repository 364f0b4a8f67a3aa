// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "dag/block_io.h"
#include "gateway/content_request.h"
#include "gateway/made_answer.h"
#include "gateway/path_walk.h"
#include "gateway/place_count.h"

namespace penstock {

// The directory that the walk led to: as JSON, or else its index.html where it has one, and a page with its
// entries where it has none (that is the gateway specification's rule). Asked for without a '/' behind it, a
// redirection to where relative links are right. `listings`: how many long ones may be in memory (503).
Result<MadeAnswer> directory_answer(const ContentRequest& request, const PathWalk& walk, BlockSource& source,
                                    const PlaceCount& listings);

}  // namespace penstock
