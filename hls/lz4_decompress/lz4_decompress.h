// SPDX-License-Identifier: Apache-2.0
#pragma once

// A decompressor of LZ4 blocks, eight bytes a step: a dataflow region of two processes. One launch decodes a
// row of payloads; nothing is kept from one launch to the next.

#include <hls_stream.h>

#include "hls/datapath/dataflow.h"
#include "hls/lz4_decompress/copy_sequences.h"
#include "hls/lz4_decompress/lz4_decoding.h"
#include "hls/lz4_decompress/parse_block.h"

namespace fabric {

// Takes jobs up to and with the one that is the end, and for each of them the words that its payload lies in;
// gives the raw words and a result. `unit` tells engines apart where cycles are counted.
inline void lz4_decompress(hls::stream<ExtentJob>& jobs, hls::stream<Word>& words,
                           hls::stream<OutputWord>& raw, hls::stream<OutputResult>& results, unsigned unit) {
#pragma HLS DATAFLOW
  HLS_REGION(lz4_decompress);
  hls::stream<ExtentJob, 2> jobs_to_copy("lz4_decompress.jobs_to_copy");
  hls::stream<CopyCommand, 64> commands("lz4_decompress.commands");
  HLS_PROCESS(parse, parse_block(jobs, words, jobs_to_copy, commands, unit));
  HLS_PROCESS(copy, copy_sequences(jobs_to_copy, commands, raw, results, unit));
}

}  // namespace fabric
