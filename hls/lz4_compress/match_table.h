// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where bytes were seen before: hashes the bytes at each of a beat's eight places, looks the places up in a
// table of banks and puts them there (the parallel match window of Fowers et al., FCCM 2015, with entries
// that hold their bytes). A bank serves one row a beat: of places that meet in a bank the last one has it,
// and others share the answer where they ask for the same row.

#include "hls/datapath/cycles.h"
#include "hls/lz4_compress/lz4_encoding.h"

namespace fabric {

// A place that was seen: 19 bytes around it, and where it is.
struct HistoryEntry {
  uint64_t low;
  uint64_t high;
  uint32_t before;  // the nearest byte highest
  uint32_t position;
};

// A match that may begin at a byte: `length` is 0 for none, or kMatchBytesMin to kEntryBytes, and then may go
// on.
struct Candidate {
  uint16_t offset;
  uint8_t length;
  uint8_t before;  // bytes just before it that match too, at most kEntryBytesBefore
};

// 21 bytes of an extent: the beat that is looked up, what comes next and what was before.
struct MatchWindow {
  uint64_t before;
  uint64_t beat;
  uint64_t next;
  uint64_t next_but_one;
};

// One byte on; the last beat is filled up with zeros.
inline void advance(MatchWindow& window) {
  constexpr int kTop = 8 * (kBeatBytes - 1);
  window.before = window.before >> 8 | window.beat << kTop;
  window.beat = window.beat >> 8 | window.next << kTop;
  window.next = window.next >> 8 | window.next_but_one << kTop;
  window.next_but_one = window.next_but_one >> 8;
}

// After a clear, positions begin where no entry of zeros is in reach.
constexpr uint32_t kFirstPosition = kOffsetMax + 1;

// Which entry of the table five bytes belong to: sums without carry, six bits each, so that it is one look-up
// table a bit.
inline uint32_t table_index(uint64_t bytes) {
  const uint64_t five = low_bytes(bytes, kHashBytes);
  const uint32_t folded = static_cast<uint32_t>(five ^ (five >> 11) ^ (five >> 23));
  return (folded ^ (folded >> 14)) & (kTableBanks * kTableRows - 1);
}

inline void clear_table(HistoryEntry table[kTableBanks][kTableRows], unsigned unit) {
each_row:
  for (uint32_t row = 0; row < kTableRows; ++row) {
#pragma HLS PIPELINE II = 1
  each_bank:
    for (uint32_t bank = 0; bank < kTableBanks; ++bank) {
#pragma HLS UNROLL
      const HistoryEntry nothing = {0, 0, 0, 0};
      table[bank][row] = nothing;
    }
  }
  HLS_CYCLES_OF("find_matches", unit, kTableRows);
}

// The eight places of a beat, and who of them has which bank: the last one that asks for it, or kBeatBytes.
struct Places {
  HistoryEntry here[kBeatBytes];
  uint32_t index[kBeatBytes];
  uint32_t owner[kTableBanks];
};

inline Places hash_places(const MatchWindow& window, uint32_t position) {
#pragma HLS INLINE
  Places places;
each_bank:
  for (uint32_t bank = 0; bank < kTableBanks; ++bank) {
#pragma HLS UNROLL
    places.owner[bank] = kBeatBytes;
  }
  MatchWindow rest = window;
each_place:
  for (uint32_t i = 0; i < kBeatBytes; ++i) {
#pragma HLS UNROLL
    places.here[i].low = rest.beat;
    places.here[i].high = rest.next;
    places.here[i].before = static_cast<uint32_t>(rest.before >> 32) & 0xffffff00u;
    places.here[i].position = position + i;
    places.index[i] = table_index(rest.beat);
    places.owner[places.index[i] % kTableBanks] = i;
    advance(rest);
  }
  return places;
}

// One access to each bank: what its row holds, and in exchange the place that asked. A bank that nobody asked
// keeps what it has.
inline void exchange(HistoryEntry table[kTableBanks][kTableRows], const Places& places,
                     HistoryEntry answer[kTableBanks]) {
#pragma HLS INLINE
each_bank:
  for (uint32_t bank = 0; bank < kTableBanks; ++bank) {
#pragma HLS UNROLL
    const uint32_t owner = places.owner[bank];
    if (owner == kBeatBytes) continue;
    HistoryEntry& entry = table[bank][places.index[owner] / kTableBanks];
    answer[bank] = entry;
    entry = places.here[owner];
  }
}

// The match at place i of a beat, or none: of its row's entry, where its bank answered for that row and the
// entry is of the last 65,535 bytes. `at` is the place in the extent, `bytes` the extent's length.
inline Candidate candidate_at(const Places& places, const HistoryEntry answer[kTableBanks], uint32_t i,
                              uint32_t at, uint32_t bytes) {
#pragma HLS INLINE
  Candidate candidate = {0, 0, 0};
  const uint32_t bank = places.index[i] % kTableBanks;
  const HistoryEntry& here = places.here[i];
  const HistoryEntry& entry = answer[bank];
  const uint32_t distance = here.position - entry.position;
  const bool served = places.index[places.owner[bank]] == places.index[i];
  const bool in_reach = distance <= kOffsetMax;
  const bool early_enough = at + kLastMatchDistance <= bytes;
  const bool long_enough = low_bytes(entry.low ^ here.low, kMatchBytesMin) == 0;
  if (!(served & in_reach & early_enough & long_enough)) return candidate;
  const uint32_t equal_low = equal_bytes(entry.low, here.low);
  const uint32_t equal = equal_low < kBeatBytes ? equal_low : kBeatBytes + equal_bytes(entry.high, here.high);
  const uint32_t room = bytes - kLastLiterals - at;
  const uint32_t difference = (entry.before ^ here.before) | 1;
  const uint32_t equal_before = static_cast<uint32_t>(__builtin_clz(difference)) / 8;
  const uint32_t room_before = at - distance;
  candidate.offset = static_cast<uint16_t>(distance);
  candidate.length = static_cast<uint8_t>(equal < room ? equal : room);
  candidate.before = static_cast<uint8_t>(equal_before < room_before ? equal_before : room_before);
  return candidate;
}

}  // namespace fabric
