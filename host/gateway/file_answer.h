// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/result.h"
#include "dag/block_io.h"
#include "gateway/content_request.h"
#include "gateway/made_answer.h"
#include "gateway/path_walk.h"

namespace penstock {

// A file's bytes, or the range of them that is asked for. `name`: by which its media type is known, unless
// the request names another.
Result<MadeAnswer> file_answer(const ContentRequest& request, const PathWalk& walk, const Cid& file,
                               std::string_view name, BlockSource& source);

}  // namespace penstock
