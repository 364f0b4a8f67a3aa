// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <hls_stream.h>

#include "hls/digest_batch/planned_answer.h"
#include "hls/movers/word_writer.h"

namespace fabric {

// Packs digests, which come in the order of the plans and of each one's chunks, two to a word, and places
// them; then the completions, from the answer's begin on, so that they are written when all that they speak
// of is.
void place_answers(hls::stream<PlannedAnswer>& plans, hls::stream<ap_uint<256> >& digests,
                   hls::stream<PlacedWord>& placed);

}  // namespace fabric
