// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <hls_stream.h>

#include "hls/datapath/words.h"
#include "hls/digest_batch/planned_answer.h"
#include "hls/sha256/message_pieces.h"

namespace fabric {

// Reads the request, checks it, and makes it the jobs of all sound submissions and a planned answer for each
// submission. A submission's chunks are all checked before the first of them becomes a job.
void take_submissions(const Word* request, hls::stream<ChunkJob>& jobs, hls::stream<PlannedAnswer>& plans);

}  // namespace fabric
