// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <hls_stream.h>

#include "hls/sha256/message_pieces.h"

namespace fabric {

// Steps, at least, from one that keeps the last word of a slot's piece to one that asks for it: those between
// them bring the row's end and a block of another slot. Where there is no such block, nothing is asked for.
constexpr uint32_t kCarriedSteps = 3;

// Makes the words of each piece into the blocks of its padded message (FIPS 180-4, 5.1.1): one block a clock,
// and one clock more for a chunk that begins inside a word. A row's end and the end become blocks of their
// own. Counts words asked for before kCarriedSteps passed (carried_too_soon), of which there are none.
void pad_blocks(hls::stream<Piece>& pieces, hls::stream<Word>& words, hls::stream<MessageBlock>& blocks);

}  // namespace fabric
