// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <hls_stream.h>

#include "hls/sha256/message_pieces.h"

namespace fabric {

// Makes the words of each piece into the blocks of its padded message (FIPS 180-4, 5.1.1): one block a clock,
// and one clock more for a chunk that begins inside a word. A row's end and the end become blocks of their
// own.
void pad_blocks(hls::stream<Piece>& pieces, hls::stream<Word>& words, hls::stream<MessageBlock>& blocks);

}  // namespace fabric
