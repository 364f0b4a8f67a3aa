// SPDX-License-Identifier: Apache-2.0
#include "hls/digest_batch/digest_batch.h"

#include "hls/datapath/dataflow.h"
#include "hls/digest_batch/answer_placer.h"
#include "hls/digest_batch/submission_taker.h"
#include "hls/movers/burst_reader.h"
#include "hls/movers/word_writer.h"
#include "hls/sha256/chunk_digests.h"

namespace fabric {
static_assert(kTransfersAhead <= 32, "num_read_outstanding of the input");
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): Vitis takes the port of a kernel by value
extern "C" void digest_batch(const fabric::Word* request, hls::burst_maxi<fabric::Word> input,
                             fabric::Word* answer) {
// All that the reader may have asked for; else bursts of at most 16 words, 16 of them under way, as Vitis has
// it untold.
#pragma HLS INTERFACE mode = m_axi port = request bundle = request offset = slave
#pragma HLS INTERFACE mode = m_axi port = input bundle = input offset = slave num_read_outstanding = 32
#pragma HLS INTERFACE mode = m_axi port = answer bundle = answer offset = slave
#pragma HLS INTERFACE mode = s_axilite port = request bundle = control
#pragma HLS INTERFACE mode = s_axilite port = input bundle = control
#pragma HLS INTERFACE mode = s_axilite port = answer bundle = control
#pragma HLS INTERFACE mode = s_axilite port = return bundle = control
#pragma HLS INTERFACE mode = ap_ctrl_chain port = return
#pragma HLS DATAFLOW
  HLS_REGION(digest_batch);
  hls::stream<fabric::ChunkJob, 64> jobs("jobs");
  // Room for all: submissions are taken ahead of their digests, as many as the slots ask for.
  hls::stream<fabric::PlannedAnswer, PENSTOCK_SUBMISSIONS_MAX + 1> plans("plans");
  hls::stream<ap_uint<256>, 2> digests("digests");
  hls::stream<fabric::PlacedWord, 2> placed("placed");
  HLS_PROCESS(take, fabric::take_submissions(request, jobs, plans));
  HLS_PROCESS(digest, fabric::digest_chunks(jobs, input, digests));
  HLS_PROCESS(place, fabric::place_answers(plans, digests, placed));
  HLS_PROCESS(write, fabric::write_words(answer, placed));
}
