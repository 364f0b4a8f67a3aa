// SPDX-License-Identifier: Apache-2.0
#include "hls/decode_batch/decode_batch.h"

#include "hls/datapath/dataflow.h"
#include "hls/decode_batch/decode_lane.h"
#include "hls/decode_batch/payload_taker.h"
#include "hls/extents/completion_placer.h"
#include "hls/extents/output_placer.h"
#include "hls/movers/burst_reader.h"
#include "hls/movers/word_writer.h"

namespace fabric {
namespace {

// Of a lane's raw bytes that wait for their turn: half a mebibyte.
constexpr int kRawWordsDepth = 8192;
constexpr RefusalNames kDecodeRefusals = {PENSTOCK_CORRUPT, PENSTOCK_FAILED};
static_assert(kDecodeEngines == 8, "as many lanes stand below");
static_assert(kDecodeEngines * kTransfersAhead <= 256, "num_read_outstanding of the input");

}  // namespace
}  // namespace fabric

// NOLINTNEXTLINE(performance-unnecessary-value-param): Vitis takes the port of a kernel by value
extern "C" void decode_batch(const fabric::Word* request, hls::burst_maxi<fabric::Word> input,
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
  HLS_REGION(decode_batch);
  hls::stream<fabric::LaneJob, fabric::kLaneJobsDepth> lanes[fabric::kDecodeEngines];
  hls::stream<fabric::OutputWord, fabric::kRawWordsDepth> raw[fabric::kDecodeEngines];
  hls::stream<fabric::OutputResult, 2> results[fabric::kDecodeEngines];
  hls::stream<fabric::ExtentPlan, PENSTOCK_SUBMISSIONS_MAX + 1> plans("decode_batch.plans");
  hls::stream<fabric::ExtentOutcome, 2> outcomes("decode_batch.outcomes");
  hls::stream<fabric::PlacedWord, 2> placed("decode_batch.placed");
#pragma HLS BIND_STORAGE variable = raw type = fifo impl = uram
  HLS_PROCESS(take, fabric::take_payloads(request, lanes, plans));
  HLS_PROCESS(lane_0, fabric::decode_lane(lanes[0], input, raw[0], results[0], 0));
  HLS_PROCESS(lane_1, fabric::decode_lane(lanes[1], input, raw[1], results[1], 1));
  HLS_PROCESS(lane_2, fabric::decode_lane(lanes[2], input, raw[2], results[2], 2));
  HLS_PROCESS(lane_3, fabric::decode_lane(lanes[3], input, raw[3], results[3], 3));
  HLS_PROCESS(lane_4, fabric::decode_lane(lanes[4], input, raw[4], results[4], 4));
  HLS_PROCESS(lane_5, fabric::decode_lane(lanes[5], input, raw[5], results[5], 5));
  HLS_PROCESS(lane_6, fabric::decode_lane(lanes[6], input, raw[6], results[6], 6));
  HLS_PROCESS(lane_7, fabric::decode_lane(lanes[7], input, raw[7], results[7], 7));
  HLS_PROCESS(place, fabric::place_outputs(plans, raw, results, fabric::kDecodeRefusals, arena, outcomes));
  HLS_PROCESS(complete, fabric::place_completions(outcomes, placed));
  HLS_PROCESS(write, fabric::write_words(answer, placed));
}
