// SPDX-License-Identifier: Apache-2.0
#include "hls/lz4_decompress/parse_block.h"

#include "hls/datapath/cycles.h"

namespace fabric {
namespace {

constexpr uint32_t kBeatsInWord = kWordBytes / kBeatBytes;
constexpr uint32_t kTokenBytes = 1;
constexpr uint32_t kOffsetBytes = 2;
// What the last sequence has at least, where a match comes before it.
constexpr uint32_t kLastSequenceBytes = kTokenBytes + kLastLiterals;

// What the next step begins with.
enum Phase : uint8_t { kToken, kLiteralLength, kLiterals, kOffset, kMatchLength, kDone, kCorrupt };

// The payload: words, the one that is being read, and the next bytes of it.
struct PayloadReader {
  Word word;
  ByteRow row;
  uint32_t fetched;  // bytes that are in the row or were
  uint32_t taken;    // bytes that were dropped from the row
};

struct Parser {
  Phase phase;
  bool last;               // of the sequence: its literals end the block
  uint32_t literals_left;  // of the sequence
  uint32_t match_bytes;    // of the sequence
  uint32_t offset;         // of the sequence
  uint32_t raw_bytes;      // that the commands before have made
};

uint32_t left_of(const ExtentJob& job, const PayloadReader& reader) {
  return job.input_bytes - reader.taken;
}

uint32_t words_of(uint32_t bytes) {
  return (bytes + kWordBytes - 1) / kWordBytes;
}

// Fills the row up where a beat fits.
void fetch(const ExtentJob& job, PayloadReader& reader, hls::stream<Word>& words) {
#pragma HLS INLINE
  if (reader.row.count > kBeatBytes || reader.fetched >= job.input_bytes) return;
  const uint32_t place = reader.fetched / kBeatBytes % kBeatsInWord;
  if (place == 0) words.read(reader.word);
  const uint32_t left = job.input_bytes - reader.fetched;
  const uint32_t count = left < kBeatBytes ? left : kBeatBytes;
  const int low = static_cast<int>(64 * place);
  append(reader.row, low_bytes(reader.word.range(low + 63, low).to_uint64(), count), count);
  reader.fetched += count;
}

void take(PayloadReader& reader, uint32_t count) {
#pragma HLS INLINE
  drop(reader.row, count);
  reader.taken += count;
}

// What is known when a literal length is: whether they fit, and whether they must be the last.
void begin_literals(const ExtentJob& job, const PayloadReader& reader, Parser& parser) {
#pragma HLS INLINE
  const uint32_t literals = parser.literals_left;
  const uint32_t payload_left = left_of(job, reader);
  const uint32_t raw_left = job.output_bytes_max - parser.raw_bytes;
  const bool match_follows = literals + kLastMatchDistance <= raw_left &&
                             literals + kOffsetBytes + kLastSequenceBytes <= payload_left;
  // As liblz4 has it, a block of nothing is one byte and that is zero.
  const bool match_of_nothing = job.output_bytes_max == 0 && parser.match_bytes != kMatchBytesMin;
  const bool ends = literals == payload_left && literals == raw_left && !match_of_nothing;
  parser.last = !match_follows;
  parser.phase = match_follows || ends ? kLiterals : kCorrupt;
}

// Reads the bytes of a length as far as the row has them, up to eight. True behind the last one.
bool add_length(PayloadReader& reader, uint32_t& length) {
#pragma HLS INLINE
  const uint32_t there = reader.row.count < kBeatBytes ? reader.row.count : kBeatBytes;
  const uint32_t full = equal_bytes(low_bytes(reader.row.low, there), ~uint64_t(0));
  length += full * kLengthByteMax;
  if (full == there) {
    take(reader, full);
    return false;
  }
  length += static_cast<uint32_t>(shifted_down(reader.row.low, full) & 0xff);
  take(reader, full + 1);
  return true;
}

// What is known when a match length is.
void end_match(const ExtentJob& job, Parser& parser, CopyCommand& command) {
#pragma HLS INLINE
  const bool fits = parser.match_bytes + kLastLiterals <= job.output_bytes_max - parser.raw_bytes;
  if (!fits) {
    parser.phase = kCorrupt;
    return;
  }
  command.match_bytes = parser.match_bytes;
  command.offset = static_cast<uint16_t>(parser.offset);
  parser.raw_bytes += parser.match_bytes;
  parser.phase = kToken;
}

void read_token(const ExtentJob& job, PayloadReader& reader, Parser& parser) {
#pragma HLS INLINE
  if (reader.row.count == 0) {
    parser.phase = kCorrupt;
    return;
  }
  const uint32_t token = static_cast<uint32_t>(reader.row.low & 0xff);
  take(reader, kTokenBytes);
  parser.literals_left = token >> 4;
  parser.match_bytes = (token & 15) + kMatchBytesMin;
  if (parser.literals_left == kTokenLengthMax) {
    parser.phase = kLiteralLength;
  } else {
    begin_literals(job, reader, parser);
  }
}

void read_literal_length(const ExtentJob& job, PayloadReader& reader, Parser& parser) {
#pragma HLS INLINE
  if (reader.row.count == 0) {
    parser.phase = kCorrupt;
  } else if (add_length(reader, parser.literals_left)) {
    begin_literals(job, reader, parser);
  }
}

void read_literals(PayloadReader& reader, Parser& parser, CopyCommand& command) {
#pragma HLS INLINE
  const uint32_t there = reader.row.count < kBeatBytes ? reader.row.count : kBeatBytes;
  const uint32_t count = parser.literals_left < there ? parser.literals_left : there;
  command.literals = low_bytes(reader.row.low, count);
  command.literal_count = static_cast<uint8_t>(count);
  take(reader, count);
  parser.literals_left -= count;
  parser.raw_bytes += count;
  if (parser.literals_left == 0) parser.phase = parser.last ? kDone : kOffset;
}

// Where the row has both of its bytes; there are, or the literals would have been the last.
void read_offset(const ExtentJob& job, PayloadReader& reader, Parser& parser, CopyCommand& command) {
#pragma HLS INLINE
  if (reader.row.count < kOffsetBytes) return;
  parser.offset = static_cast<uint32_t>(reader.row.low & 0xffff);
  take(reader, kOffsetBytes);
  if (parser.offset == 0 || parser.offset > parser.raw_bytes) {
    parser.phase = kCorrupt;
  } else if (parser.match_bytes == kTokenLengthMax + kMatchBytesMin) {
    parser.phase = kMatchLength;
  } else {
    end_match(job, parser, command);
  }
}

void read_match_length(const ExtentJob& job, PayloadReader& reader, Parser& parser, CopyCommand& command) {
#pragma HLS INLINE
  if (reader.row.count == 0) {
    if (left_of(job, reader) == 0) parser.phase = kCorrupt;
  } else if (add_length(reader, parser.match_bytes)) {
    end_match(job, parser, command);
  }
}

// One step: as many parts of a sequence as the row has whole.
CopyCommand parse_step(const ExtentJob& job, PayloadReader& reader, Parser& parser) {
#pragma HLS INLINE
  CopyCommand command = {0, 0, 0, 0, false, false};
  if (parser.phase == kToken) {
    read_token(job, reader, parser);
  } else if (parser.phase == kLiteralLength) {
    read_literal_length(job, reader, parser);
    return command;
  }
  if (parser.phase == kLiterals) read_literals(reader, parser, command);
  if (parser.phase == kOffset) read_offset(job, reader, parser, command);
  if (parser.phase == kMatchLength) read_match_length(job, reader, parser, command);
  return command;
}

void parse_payload(const ExtentJob& job, hls::stream<Word>& words, hls::stream<CopyCommand>& commands,
                   unsigned unit) {
  PayloadReader reader = {0, {0, 0, 0}, 0, 0};
  Parser parser = {kToken, false, 0, 0, 0, 0};
  uint32_t steps = 0;
each_step:
  while (parser.phase != kDone && parser.phase != kCorrupt) {
#pragma HLS PIPELINE II = 1
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 700000
    fetch(job, reader, words);
    const CopyCommand command = parse_step(job, reader, parser);
    if (command.literal_count != 0 || command.match_bytes != 0) commands.write(command);
    ++steps;
  }
  const uint32_t words_left = words_of(job.input_bytes) - words_of(reader.fetched);
drain_words:
  for (uint32_t i = 0; i < words_left; ++i) {
#pragma HLS PIPELINE II = 1
#pragma HLS LOOP_TRIPCOUNT min = 0 max = 32768
    words.read();
    ++steps;
  }
  const CopyCommand end = {0, 0, 0, 0, true, parser.phase == kCorrupt};
  commands.write(end);
  HLS_CYCLES_OF("parse_block", unit, steps + 1);
}

}  // namespace

void parse_block(hls::stream<ExtentJob>& jobs, hls::stream<Word>& words, hls::stream<ExtentJob>& jobs_on,
                 hls::stream<CopyCommand>& commands, unsigned unit) {
each_job:
  for (uint32_t i = 0; i <= PENSTOCK_SUBMISSIONS_MAX; ++i) {
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 257
    const ExtentJob job = jobs.read();
    jobs_on.write(job);
    if (job.end) break;
    parse_payload(job, words, commands, unit);
  }
}

}  // namespace fabric
