// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "dag/block_io.h"
#include "gateway/content_request.h"
#include "gateway/made_answer.h"
#include "gateway/path_walk.h"

namespace penstock {

// A CAR of the path's blocks and of what the request chooses of its target. Of unknown length.
Result<MadeAnswer> car_answer(const ContentRequest& request, const PathWalk& walk, BlockSource& source);

}  // namespace penstock
