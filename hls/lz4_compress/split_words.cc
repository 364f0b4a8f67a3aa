// SPDX-License-Identifier: Apache-2.0
#include "hls/lz4_compress/split_words.h"

#include "hls/datapath/cycles.h"

namespace fabric {
namespace {

constexpr uint32_t kBeatsInWord = kWordBytes / kBeatBytes;

void split_extent(uint32_t bytes, hls::stream<Word>& words, hls::stream<uint64_t>& beats) {
  Word word = 0;
each_beat:
  for (uint32_t at = 0; at < bytes; at += kBeatBytes) {
#pragma HLS PIPELINE II = 1
#pragma HLS LOOP_TRIPCOUNT min = 0 max = 262144
    const uint32_t place = at / kBeatBytes % kBeatsInWord;
    if (place == 0) words.read(word);
    const uint64_t beat =
        word.range(static_cast<int>(64 * place + 63), static_cast<int>(64 * place)).to_uint64();
    beats.write(low_bytes(beat, bytes - at < kBeatBytes ? bytes - at : kBeatBytes));
  }
}

}  // namespace

void split_words(hls::stream<ExtentJob>& jobs, hls::stream<Word>& words, hls::stream<ExtentJob>& jobs_on,
                 hls::stream<uint64_t>& beats, unsigned unit) {
each_job:
  for (uint32_t i = 0; i <= PENSTOCK_SUBMISSIONS_MAX; ++i) {
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 257
    const ExtentJob job = jobs.read();
    jobs_on.write(job);
    if (job.end) break;
    split_extent(job.input_bytes, words, beats);
    HLS_CYCLES_OF("split_words", unit, (job.input_bytes + kBeatBytes - 1) / kBeatBytes);
  }
}

}  // namespace fabric
