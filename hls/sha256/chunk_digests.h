// SPDX-License-Identifier: Apache-2.0
#pragma once

// SHA-256 of many chunks of memory at a time, 64 bytes a clock:
//
//   jobs ─► deal ─► pieces ──────────► pad ─► interleave ─► run ─► order ─► digests
//             └───► bursts ─► read ─► words ┘
//
// deal gives chunks to slots, read takes their bytes from memory in bursts, pad makes them blocks, interleave
// turns bursts of one slot into one block of each, run is the pipe of 64 rounds, order undoes that short
// chunks end early.

#include <hls_burst_maxi.h>
#include <hls_stream.h>

#include "hls/sha256/message_pieces.h"

namespace fabric {

// The digests of all jobs, in their order. Returns behind the job that is the end. Chunks begin at any byte;
// memory is read in whole words, from the one in which a chunk begins to the one in which it ends.
void digest_chunks(hls::stream<ChunkJob>& jobs, hls::burst_maxi<Word> input,
                   hls::stream<ap_uint<256> >& digests);

}  // namespace fabric
