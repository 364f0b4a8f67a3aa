// SPDX-License-Identifier: Apache-2.0
#include "hls/sha256/chunk_digests.h"

#include "hls/datapath/dataflow.h"
#include "hls/movers/burst_reader.h"
#include "hls/sha256/block_interleaver.h"
#include "hls/sha256/block_padder.h"
#include "hls/sha256/block_pipe.h"
#include "hls/sha256/chunk_dealer.h"
#include "hls/sha256/digest_order.h"

namespace fabric {

// NOLINTNEXTLINE(performance-unnecessary-value-param): as the kernel has it
void digest_chunks(hls::stream<ChunkJob>& jobs, hls::burst_maxi<Word> input,
                   hls::stream<ap_uint<256> >& digests) {
#pragma HLS DATAFLOW
  HLS_REGION(digest_chunks);
  hls::stream<Burst, 32> bursts("bursts");
  hls::stream<Piece, 64> pieces("pieces");
  ReadWords words("words");
  hls::stream<MessageBlock, 2> rows("rows");
  hls::stream<MessageBlock, 2> rounds("rounds");
  hls::stream<FinishedDigest, 2> finished("finished");
  HLS_PROCESS(deal, deal_chunks(jobs, bursts, pieces));
  HLS_PROCESS(read, read_bursts(input, bursts, words));
  HLS_PROCESS(pad, pad_blocks(pieces, words, rows));
  HLS_PROCESS(interleave, interleave_blocks(rows, rounds));
  HLS_PROCESS(run, run_blocks(rounds, finished));
  HLS_PROCESS(order, order_digests(finished, digests));
}

}  // namespace fabric
