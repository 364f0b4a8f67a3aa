// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <hls_stream.h>

#include "hls/sha256/message_pieces.h"

namespace fabric {

// Turns rows, which come slot by slot as they were read in bursts, into rounds: one block of each slot that
// has one, then the next of each. A block says how many slots before it had none, so that a slot's blocks are
// a whole number of rounds of kDigestSlots clocks apart. A row is filled while the one before it is drained,
// a clock each block and each slot of a round. Rows' ends do not go on.
void interleave_blocks(hls::stream<MessageBlock>& rows, hls::stream<MessageBlock>& rounds);

}  // namespace fabric
