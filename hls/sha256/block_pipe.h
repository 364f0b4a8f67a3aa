// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <hls_stream.h>

#include "hls/sha256/message_pieces.h"

namespace fabric {

// The 64 rounds of all slots' blocks. Each clock belongs to a slot in turn, and a block enters or, where the
// slot has none, nothing does; so a state is written before it is wanted again. Digests come out in the order
// in which messages end.
//
// Counts what enters (sha256_blocks) and the clocks (sha256_clocks): their ratio is how full the pipe was,
// and the part of the slots that were busy.
void run_blocks(hls::stream<MessageBlock>& rounds, hls::stream<FinishedDigest>& digests);

}  // namespace fabric
