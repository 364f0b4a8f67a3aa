// SPDX-License-Identifier: Apache-2.0
#include "hls/encode_batch/encode_batch.h"

#include "hls/datapath/dataflow.h"
#include "hls/encode_batch/digest_placer.h"
#include "hls/encode_batch/encode_lane.h"
#include "hls/encode_batch/extent_taker.h"
#include "hls/extents/completion_placer.h"
#include "hls/extents/output_placer.h"
#include "hls/movers/burst_reader.h"
#include "hls/movers/word_writer.h"
#include "hls/sha256/chunk_digests.h"

namespace fabric {
namespace {

// Of a lane's payloads that wait for their turn: a mebibyte.
constexpr int kPayloadWordsDepth = 16384;
constexpr RefusalNames kEncodeRefusals = {PENSTOCK_STORED, PENSTOCK_STORED};
static_assert(kEncodeEngines == 6, "as many lanes stand below");
static_assert((kEncodeEngines + 1) * kTransfersAhead <= 256, "num_read_outstanding of the input");

}  // namespace
}  // namespace fabric

// NOLINTNEXTLINE(performance-unnecessary-value-param): Vitis takes the port of a kernel by value
extern "C" void encode_batch(const fabric::Word* request, hls::burst_maxi<fabric::Word> input,
                             fabric::Word* answer, fabric::Word* arena) {
#pragma HLS INTERFACE mode = m_axi port = request bundle = request offset = slave
// All that readers may have asked for: none waits to ask while its words stand before those of others.
#pragma HLS INTERFACE mode = m_axi port = input bundle = input offset = slave num_read_outstanding = 256
#pragma HLS INTERFACE mode = m_axi port = answer bundle = answer offset = slave
#pragma HLS INTERFACE mode = m_axi port = arena bundle = arena offset = slave
#pragma HLS INTERFACE mode = s_axilite port = request bundle = control
#pragma HLS INTERFACE mode = s_axilite port = input bundle = control
#pragma HLS INTERFACE mode = s_axilite port = answer bundle = control
#pragma HLS INTERFACE mode = s_axilite port = arena bundle = control
#pragma HLS INTERFACE mode = s_axilite port = return bundle = control
#pragma HLS INTERFACE mode = ap_ctrl_chain port = return
#pragma HLS DATAFLOW
  HLS_REGION(encode_batch);
  hls::stream<fabric::LaneJob, fabric::kLaneJobsDepth> lanes[fabric::kEncodeEngines];
  hls::stream<fabric::OutputWord, fabric::kPayloadWordsDepth> payloads[fabric::kEncodeEngines];
  hls::stream<fabric::OutputResult, 2> results[fabric::kEncodeEngines];
  hls::stream<fabric::ChunkJob, 64> chunks("encode_batch.chunks");
  hls::stream<ap_uint<256>, 2> digests("encode_batch.digests");
  // Room for all of them: neither engines nor digests wait for the other.
  hls::stream<fabric::ExtentPlan, PENSTOCK_SUBMISSIONS_MAX + 1> plans("encode_batch.plans");
  hls::stream<fabric::DigestPlan, PENSTOCK_SUBMISSIONS_MAX + 1> digest_plans("encode_batch.digest_plans");
  hls::stream<fabric::ExtentOutcome, PENSTOCK_SUBMISSIONS_MAX + 1> outcomes("encode_batch.outcomes");
  hls::stream<fabric::PlacedWord, 2> digest_words("encode_batch.digest_words");
  hls::stream<fabric::PlacedWord, 2> placed("encode_batch.placed");
#pragma HLS BIND_STORAGE variable = payloads type = fifo impl = uram
  HLS_PROCESS(take, fabric::take_extents(request, lanes, chunks, plans, digest_plans));
  HLS_PROCESS(digest, fabric::digest_chunks(chunks, input, digests));
  HLS_PROCESS(lane_0, fabric::encode_lane(lanes[0], input, payloads[0], results[0], 0));
  HLS_PROCESS(lane_1, fabric::encode_lane(lanes[1], input, payloads[1], results[1], 1));
  HLS_PROCESS(lane_2, fabric::encode_lane(lanes[2], input, payloads[2], results[2], 2));
  HLS_PROCESS(lane_3, fabric::encode_lane(lanes[3], input, payloads[3], results[3], 3));
  HLS_PROCESS(lane_4, fabric::encode_lane(lanes[4], input, payloads[4], results[4], 4));
  HLS_PROCESS(lane_5, fabric::encode_lane(lanes[5], input, payloads[5], results[5], 5));
  HLS_PROCESS(place,
              fabric::place_outputs(plans, payloads, results, fabric::kEncodeRefusals, arena, outcomes));
  HLS_PROCESS(place_digests, fabric::place_digests(digest_plans, digests, digest_words));
  HLS_PROCESS(complete, fabric::place_completions_behind(digest_words, outcomes, placed));
  HLS_PROCESS(write, fabric::write_words(answer, placed));
}
