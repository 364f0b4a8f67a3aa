// SPDX-License-Identifier: Apache-2.0
#pragma once

// Completions from the answer's begin on.

#include <hls_stream.h>

#include "hls/extents/extent_plan.h"
#include "hls/movers/word_writer.h"

namespace fabric {

// One for each outcome, and the end.
void place_completions(hls::stream<ExtentOutcome>& outcomes, hls::stream<PlacedWord>& placed);

// The same, behind all that comes by `before`.
void place_completions_behind(hls::stream<PlacedWord>& before, hls::stream<ExtentOutcome>& outcomes,
                              hls::stream<PlacedWord>& placed);

}  // namespace fabric
