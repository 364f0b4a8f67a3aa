// SPDX-License-Identifier: Apache-2.0
#include "hls/lz4_compress/find_matches.h"

#include "hls/datapath/cycles.h"
#include "hls/lz4_compress/match_history.h"
#include "hls/lz4_compress/match_table.h"

namespace fabric {
namespace {

// Clocks a beat. The offset that one beat chooses is where the next one looks in the history, and what stands
// there decides what that beat may choose: an answer of memory and a choice, at the least.
constexpr uint32_t kBeatClocks = 3;
// Beats behind the one that is looked up.
constexpr uint32_t kBeatsAhead = 2;

// The match that is being followed, or was the last one. It is said when the next one begins.
struct Match {
  Sequence sequence;
  uint32_t ahead;  // bytes of it that are known to lie from the current beat on
  bool open;       // it may go on behind those
};

struct Choice {
  Candidate candidate;
  uint32_t place;   // kBeatBytes: none
  uint32_t before;  // bytes before the place that it takes along
};

// Follows the match into the beat; returns how many of the beat's bytes it covers. `room` of them may be in a
// match.
uint32_t follow(Match& match, uint64_t bytes, uint64_t earlier, uint32_t room) {
#pragma HLS INLINE
  if (match.ahead >= kBeatBytes) {
    match.ahead -= kBeatBytes;
    return kBeatBytes;
  }
  uint32_t covered = match.ahead;
  if (match.open) {
    const uint32_t equal = equal_bytes(bytes, earlier);
    covered = equal < room ? equal : room;
    match.sequence.match_bytes += covered - match.ahead;
    match.open = covered == kBeatBytes;
  }
  match.ahead = 0;
  return covered;
}

// The longest match that begins in the beat behind what is covered, counted with what it takes along from
// before it; the first one among equals. `at` is the beat's place in the extent.
Choice choose(const Places& places, const HistoryEntry answer[kTableBanks], uint32_t covered, uint32_t at,
              uint32_t bytes) {
#pragma HLS INLINE
  Choice best = {{0, 0, 0}, kBeatBytes, 0};
  uint32_t gain_max = 0;
each_place:
  for (uint32_t i = 0; i < kBeatBytes; ++i) {
#pragma HLS UNROLL
    if (i >= covered) {
      const Candidate candidate = candidate_at(places, answer, i, at + i, bytes);
      const uint32_t before = candidate.before < i - covered ? candidate.before : i - covered;
      const uint32_t gain = candidate.length == 0 ? 0 : candidate.length + before;
      if (gain > gain_max) {
        gain_max = gain;
        best.candidate = candidate;
        best.place = i;
        best.before = before;
      }
    }
  }
  return best;
}

// Literals of one beat: those from `first` to `first_end`, and those from `second` to `second_end`.
void write_literals(uint64_t bytes, uint32_t first, uint32_t first_end, uint32_t second, uint32_t second_end,
                    hls::stream<LiteralPiece>& literals) {
#pragma HLS INLINE
  const uint32_t first_count = first_end - first;
  const uint32_t second_count = second_end - second;
  LiteralPiece piece;
  piece.count = static_cast<uint8_t>(first_count + second_count);
  piece.bytes = low_bytes(shifted_down(bytes, first), first_count) |
                shifted_up(low_bytes(shifted_down(bytes, second), second_count), first_count);
  if (piece.count != 0) literals.write(piece);
}

// What the beats of an extent change.
struct Progress {
  Match match;
  uint32_t literals;  // since the last match
};

// The beat's part in the choice: `covered` bytes of it belong to the match before, `valid` to the extent.
void take_choice(Progress& progress, const Choice& choice, uint64_t beat, uint32_t covered, uint32_t valid,
                 hls::stream<Sequence>& sequences, hls::stream<LiteralPiece>& literals) {
#pragma HLS INLINE
  Match& match = progress.match;
  if (choice.place == kBeatBytes) {
    write_literals(beat, covered, valid, valid, valid, literals);
    progress.literals += valid - covered;
    return;
  }
  const uint32_t begin = choice.place - choice.before;
  const uint32_t end = choice.place + choice.candidate.length;
  const uint32_t rest = end < valid ? end : valid;
  write_literals(beat, covered, begin, rest, valid, literals);
  if (match.sequence.match_bytes != 0) sequences.write(match.sequence);
  match.sequence.literals = progress.literals + begin - covered;
  match.sequence.match_bytes = choice.candidate.length + choice.before;
  match.sequence.offset = choice.candidate.offset;
  match.open = choice.candidate.length == kEntryBytes;
  match.ahead = end < kBeatBytes ? 0 : end - kBeatBytes;
  progress.literals = valid - rest;
}

// All beats of an extent; table and history may hold those of others.
void find_in_extent(HistoryEntry table[kTableBanks][kTableRows], MatchHistory& history, uint32_t bytes,
                    uint32_t position, hls::stream<uint64_t>& beats, hls::stream<Sequence>& sequences,
                    hls::stream<LiteralPiece>& literals, unsigned unit) {
  const uint32_t count = (bytes + kBeatBytes - 1) / kBeatBytes;
  MatchWindow window = {0, 0, 0, 0};
  Progress progress = {{{0, 0, 0}, 0, false}, 0};
each_beat:
  for (uint32_t i = 0; i < count + kBeatsAhead; ++i) {
#pragma HLS PIPELINE II = 3
#pragma HLS LOOP_TRIPCOUNT min = 2 max = 262146
#pragma HLS DEPENDENCE variable = table inter false
#pragma HLS DEPENDENCE variable = history.even inter false
#pragma HLS DEPENDENCE variable = history.odd inter false
    window.before = window.beat;
    window.beat = window.next;
    window.next = window.next_but_one;
    window.next_but_one = i < count ? beats.read() : 0;
    if (i < kBeatsAhead) continue;
    const uint32_t beat = i - kBeatsAhead;
    const uint32_t at = beat * kBeatBytes;
    const uint32_t left = bytes - at;
    HistoryEntry answer[kTableBanks];
#pragma HLS ARRAY_PARTITION variable = answer complete
    const Places places = hash_places(window, position + at);
    exchange(table, places, answer);
    shift_in(history, window.beat);
    const uint64_t earlier =
        progress.match.open ? before_beat(history, beat, progress.match.sequence.offset) : 0;
    keep(history, beat, window.beat);
    const uint32_t covered =
        follow(progress.match, window.beat, earlier, left <= kLastLiterals ? 0 : left - kLastLiterals);
    const Choice choice = choose(places, answer, covered, at, bytes);
    take_choice(progress, choice, window.beat, covered, left < kBeatBytes ? left : kBeatBytes, sequences,
                literals);
  }
  if (progress.match.sequence.match_bytes != 0) sequences.write(progress.match.sequence);
  const Sequence last = {progress.literals, 0, 0};
  sequences.write(last);
  HLS_CYCLES_OF("find_matches", unit, kBeatClocks * (count + kBeatsAhead));
}

}  // namespace

template <int POSITION_BITS>
void find_matches(hls::stream<ExtentJob>& jobs, hls::stream<uint64_t>& beats, hls::stream<ExtentJob>& jobs_on,
                  hls::stream<Sequence>& sequences, hls::stream<LiteralPiece>& literals, unsigned unit) {
  static_assert(POSITION_BITS >= kPositionBitsMin && POSITION_BITS < 32, "room for the gap and any extent");
  HistoryEntry table[kTableBanks][kTableRows];
  MatchHistory history;
  // One memory a bank: a position that came apart from its bytes would make a match of others.
#pragma HLS AGGREGATE variable = table
#pragma HLS ARRAY_PARTITION variable = table dim = 1 complete
#pragma HLS BIND_STORAGE variable = table type = ram_2p impl = bram
#pragma HLS BIND_STORAGE variable = history.even type = ram_2p impl = uram
#pragma HLS BIND_STORAGE variable = history.odd type = ram_2p impl = uram
#pragma HLS ARRAY_PARTITION variable = history.recent complete
  constexpr uint32_t kPositions = 1u << POSITION_BITS;
  uint32_t position = kPositions;
each_job:
  for (uint32_t i = 0; i <= PENSTOCK_SUBMISSIONS_MAX; ++i) {
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 257
    const ExtentJob job = jobs.read();
    jobs_on.write(job);
    if (job.end) break;
    if (position + job.input_bytes + kBeatBytes > kPositions) {
      clear_table(table, unit);
      position = kFirstPosition;
    }
    find_in_extent(table, history, job.input_bytes, position, beats, sequences, literals, unit);
    position += job.input_bytes + kBeatBytes + kOffsetMax;
  }
}

template void find_matches<kPositionBits>(hls::stream<ExtentJob>&, hls::stream<uint64_t>&,
                                          hls::stream<ExtentJob>&, hls::stream<Sequence>&,
                                          hls::stream<LiteralPiece>&, unsigned);
template void find_matches<kPositionBitsMin>(hls::stream<ExtentJob>&, hls::stream<uint64_t>&,
                                             hls::stream<ExtentJob>&, hls::stream<Sequence>&,
                                             hls::stream<LiteralPiece>&, unsigned);

}  // namespace fabric
