// SPDX-License-Identifier: Apache-2.0
// Two lanes that read through one port, of which the second one's words wait until all of the first one's
// have been taken: what the lanes of a kernel do whose turn has not come.
#include <gtest/gtest.h>
#include <hls_burst_maxi.h>
#include <hls_stream.h>

#include <chrono>
#include <vector>

#include "hls/datapath/dataflow.h"
#include "hls/movers/burst_reader.h"

namespace penstock {
namespace {

using fabric::Burst;
using fabric::ReadWords;
using fabric::Word;
using hls_simulation::Mode;

constexpr uint32_t kBursts = 40;  // a lane: more words than are read ahead
constexpr uint32_t kWords = kBursts * fabric::kBurstWordsMax;

using Reader = void (*)(hls::burst_maxi<Word>, hls::stream<Burst>&, ReadWords&);

// Asks for as many bursts as it may, whether or not there is room for their words.
void read_without_room(hls::burst_maxi<Word> memory, hls::stream<Burst>& bursts, ReadWords& words) {
  uint32_t coming = 0;
  Burst burst = {0, 0, false};
  while (!burst.end || coming != 0) {
    while (!burst.end && coming < fabric::kBurstsAhead * fabric::kBurstWordsMax) {
      burst = bursts.read();
      if (!burst.end) memory.read_request(burst.word, burst.words);
      coming += burst.words;
    }
    if (coming != 0) {
      words.write(memory.read());
      --coming;
    }
  }
}

constexpr uint32_t kHeadStart = 12;  // bursts: what the channels of a lane do not hold

void ask(uint64_t first_word, hls::stream<Burst>& bursts, hls::stream<bool>* under_way) {
  for (uint32_t i = 0; i < kBursts; ++i) {
    if (under_way != nullptr && i == kHeadStart) under_way->write(true);
    bursts.write({first_word + uint64_t{i} * fabric::kBurstWordsMax, fabric::kBurstWordsMax, false});
  }
  bursts.write({0, 0, true});
}

// Once the other lane is under way; null: at once.
void ask_behind(uint64_t first_word, hls::stream<Burst>& bursts, hls::stream<bool>* under_way) {
  if (under_way != nullptr) under_way->read();
  ask(first_word, bursts, nullptr);
}

void take(ReadWords& first, ReadWords& second, std::vector<uint64_t>* taken) {
  for (uint32_t i = 0; i < kWords; ++i) taken->push_back(first.read().to_uint64());
  for (uint32_t i = 0; i < kWords; ++i) taken->push_back(second.read().to_uint64());
}

// The second lane may have asked for more than it has room for before the first one asks for anything.
std::vector<uint64_t> read_both(Reader reader, bool second_first = false) {
  std::vector<Word> memory(2 * kWords);
  for (size_t i = 0; i < memory.size(); ++i) memory[i] = i;
  std::vector<uint64_t> taken;
  {
    const hls::burst_maxi<Word> port(memory.data());
    HLS_REGION(two_lanes);
    hls::stream<Burst, 4> bursts_1("bursts_1");
    hls::stream<Burst, 4> bursts_2("bursts_2");
    ReadWords words_1("words_1");
    ReadWords words_2("words_2");
    hls::stream<bool, 2> under_way("under_way");
    hls::stream<bool>* const signal = second_first ? &under_way : nullptr;
    HLS_PROCESS(ask_2, ask(kWords, bursts_2, signal));
    HLS_PROCESS(ask_1, ask_behind(0, bursts_1, signal));
    HLS_PROCESS(read_1, reader(port, bursts_1, words_1));
    HLS_PROCESS(read_2, reader(port, bursts_2, words_2));
    HLS_PROCESS(take, take(words_1, words_2, &taken));
  }
  return taken;
}

TEST(SharedPortTest, ReadersAskForWhatTheyHaveRoomFor) {
  const hls_simulation::Scope scope(Mode::kThreaded, std::chrono::seconds(20));
  const std::vector<uint64_t> taken = read_both(fabric::read_bursts);
  ASSERT_EQ(taken.size(), 2 * kWords);
  for (size_t i = 0; i < taken.size(); ++i) ASSERT_EQ(taken[i], i);
}

TEST(SharedPortTest, ReadersThatAskForMoreStopEachOther) {
  const hls_simulation::Scope scope(Mode::kThreaded, std::chrono::milliseconds(300));
  EXPECT_THROW(read_both(read_without_room, true), hls_simulation::Deadlock);
}

TEST(SharedPortTest, FastModeHasNoOrderToWaitFor) {
  EXPECT_EQ(read_both(fabric::read_bursts).size(), 2 * kWords);
  EXPECT_EQ(read_both(read_without_room).size(), 2 * kWords);
}

}  // namespace
}  // namespace penstock
