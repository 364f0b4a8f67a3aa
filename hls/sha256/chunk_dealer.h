// SPDX-License-Identifier: Apache-2.0
#pragma once

// Deals chunks to slots: a slot takes the next chunk of the list as soon as it has none, so that short and
// long chunks keep all slots busy until the list ends.

#include <hls_stream.h>

#include "hls/movers/burst_reader.h"
#include "hls/sha256/message_pieces.h"

namespace fabric {

// Each step deals one piece, or finds that a slot has nothing to deal; two clocks a step. No word of memory
// is asked for twice for the same chunk. Ends behind the job that is the end.
void deal_chunks(hls::stream<ChunkJob>& jobs, hls::stream<Burst>& bursts, hls::stream<Piece>& pieces);

}  // namespace fabric
