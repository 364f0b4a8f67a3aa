// SPDX-License-Identifier: Apache-2.0
#include "hls/lz4_decompress/copy_sequences.h"

#include "hls/datapath/cycles.h"

namespace fabric {
namespace {

constexpr uint32_t kBeatsInWord = kWordBytes / kBeatBytes;

// The raw bytes of a job: the beat that is being filled, the last ones in registers, 64 KiB of them in
// memory, even and odd ones apart, and the word that they go into.
struct RawHistory {
  uint64_t even[kHistoryRows];
  uint64_t odd[kHistoryRows];
  uint64_t recent[kRecentBeats + 1];  // the beat that is being filled last
  uint64_t word[kBeatsInWord];
  uint32_t beats;  // whole ones
  uint32_t count;  // bytes of the one that is being filled
};

// Eight bytes from `offset` before the end on. Where fewer are there they repeat: so does a match that
// overlaps itself.
uint64_t before_end(const RawHistory& history, uint32_t offset) {
#pragma HLS INLINE
  const uint32_t near = kRecentBeats * kBeatBytes + history.count;
  if (offset <= near) {
    const uint32_t at = near - offset;
    const uint64_t next = at / kBeatBytes == kRecentBeats ? 0 : history.recent[at / kBeatBytes + 1];
    uint64_t bytes = straddling(history.recent[at / kBeatBytes], next, at % kBeatBytes);
    if (offset < kBeatBytes) {
      bytes = low_bytes(bytes, offset);
      bytes |= shifted_up(bytes, offset);
      bytes |= shifted_up(bytes, 2 * offset);
      bytes |= shifted_up(bytes, 4 * offset);
    }
    return bytes;
  }
  const uint32_t at = history.beats * kBeatBytes + history.count - offset;
  const uint32_t first = at / kBeatBytes;
  const uint64_t even = history.even[(first + 1) / 2 % kHistoryRows];
  const uint64_t odd = history.odd[first / 2 % kHistoryRows];
  return first % 2 == 0 ? straddling(even, odd, at % kBeatBytes) : straddling(odd, even, at % kBeatBytes);
}

void write_word(const RawHistory& history, hls::stream<OutputWord>& raw) {
#pragma HLS INLINE
  OutputWord item = {0, false};
each_beat:
  for (uint32_t i = 0; i < kBeatsInWord; ++i) {
#pragma HLS UNROLL
    item.word.range(static_cast<int>(64 * i + 63), static_cast<int>(64 * i)) = history.word[i];
  }
  raw.write(item);
}

// The beat is whole: into memory, the registers and the word, which goes out when that is whole too.
void close_beat(RawHistory& history, hls::stream<OutputWord>& raw) {
#pragma HLS INLINE
  const uint64_t beat = history.recent[kRecentBeats];
  const uint32_t row = history.beats / 2 % kHistoryRows;
  if (history.beats % 2 == 0) {
    history.even[row] = beat;
  } else {
    history.odd[row] = beat;
  }
each_recent:
  for (uint32_t i = 0; i < kRecentBeats; ++i) {
#pragma HLS UNROLL
    history.recent[i] = history.recent[i + 1];
  }
  history.word[history.beats % kBeatsInWord] = beat;
  ++history.beats;
  if (history.beats % kBeatsInWord == 0) write_word(history, raw);
}

// Puts 1 to 8 bytes behind the end.
void add_bytes(RawHistory& history, uint64_t bytes, uint32_t count, hls::stream<OutputWord>& raw) {
#pragma HLS INLINE
  const uint64_t only = low_bytes(bytes, count);
  const uint32_t free = kBeatBytes - history.count;
  history.recent[kRecentBeats] |= shifted_up(only, history.count);
  if (count < free) {
    history.count += count;
    return;
  }
  close_beat(history, raw);
  history.recent[kRecentBeats] = shifted_down(only, free);
  history.count = count - free;
}

// The end of a job: the word that is not whole.
void flush(RawHistory& history, hls::stream<OutputWord>& raw) {
#pragma HLS INLINE
  const uint32_t whole = history.beats % kBeatsInWord;
  if (whole == 0 && history.count == 0) return;
clear_rest:
  for (uint32_t i = 0; i < kBeatsInWord; ++i) {
#pragma HLS UNROLL
    if (i >= whole) history.word[i] = i == whole ? history.recent[kRecentBeats] : 0;
  }
  write_word(history, raw);
}

OutputResult copy_job(RawHistory& history, hls::stream<CopyCommand>& commands, hls::stream<OutputWord>& raw,
                      unsigned unit) {
  history.beats = 0;
  history.count = 0;
  history.recent[kRecentBeats] = 0;
  CopyCommand command = {0, 0, 0, 0, false, false};
  uint32_t steps = 0;
each_step:
  while (!command.end) {
#pragma HLS PIPELINE II = 1
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 1000000
#pragma HLS DEPENDENCE variable = history.even inter false
#pragma HLS DEPENDENCE variable = history.odd inter false
    if (command.match_bytes != 0) {
      const uint32_t count = command.match_bytes < kBeatBytes ? command.match_bytes : kBeatBytes;
      add_bytes(history, before_end(history, command.offset), count, raw);
      command.match_bytes -= count;
    } else {
      command = commands.read();
      if (command.literal_count != 0) add_bytes(history, command.literals, command.literal_count, raw);
    }
    ++steps;
  }
  if (!command.corrupt) flush(history, raw);
  const OutputWord behind = {0, true};
  raw.write(behind);
  HLS_CYCLES_OF("copy_sequences", unit, steps + 2);
  const uint32_t bytes = history.beats * kBeatBytes + history.count;
  const OutputResult result = {command.corrupt ? 0 : bytes, !command.corrupt};
  return result;
}

}  // namespace

void copy_sequences(hls::stream<ExtentJob>& jobs, hls::stream<CopyCommand>& commands,
                    hls::stream<OutputWord>& raw, hls::stream<OutputResult>& results, unsigned unit) {
  RawHistory history;
#pragma HLS BIND_STORAGE variable = history.even type = ram_2p impl = uram
#pragma HLS BIND_STORAGE variable = history.odd type = ram_2p impl = uram
#pragma HLS ARRAY_PARTITION variable = history.recent complete
#pragma HLS ARRAY_PARTITION variable = history.word complete
each_job:
  for (uint32_t i = 0; i <= PENSTOCK_SUBMISSIONS_MAX; ++i) {
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 257
    const ExtentJob job = jobs.read();
    if (job.end) break;
    results.write(copy_job(history, commands, raw, unit));
  }
}

}  // namespace fabric
