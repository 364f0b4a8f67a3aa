// SPDX-License-Identifier: Apache-2.0
#include "hls/datapath/dataflow.h"

#include <gtest/gtest.h>
#include <hls_stream.h>

#include <stdexcept>

namespace {

using fabric::CycleRecord;
using hls_simulation::Mode;
using std::chrono::milliseconds;

void count_up(hls::stream<int>& out, int items) {
  for (int i = 0; i < items; ++i) out.write(i);
  HLS_CYCLES("count_up", items);
}

void pass_on(hls::stream<int>& in, hls::stream<int>& out, int items) {
  for (int i = 0; i < items; ++i) out.write(in.read());
  HLS_CYCLES("pass_on", 2 * items);
}

void sum_up(hls::stream<int>& in, int items, long* sum) {
  for (int i = 0; i < items; ++i) *sum += in.read();
  HLS_CYCLES("sum_up", items);
}

// The middle process is a region of its own.
void pass_on_twice(hls::stream<int>& in, hls::stream<int>& out, int items) {
  HLS_REGION(pass_on_twice);
  hls::stream<int, 2> middle("middle");
  HLS_PROCESS(first, pass_on(in, middle, items));
  HLS_PROCESS(second, pass_on(middle, out, items));
}

void chain(int written, int read, long* sum) {
  HLS_REGION(chain);
  hls::stream<int, 2> before("before");
  hls::stream<int, 2> after("after");
  HLS_PROCESS(count, count_up(before, written));
  HLS_PROCESS(pass, pass_on_twice(before, after, written));
  HLS_PROCESS(sum, sum_up(after, read, sum));
}

// Fills one channel before it touches the other, which its reader wants first.
void crossed(int items) {
  HLS_REGION(crossed);
  hls::stream<int, 2> one("one");
  hls::stream<int, 2> other("other");
  HLS_PROCESS(write, {
    count_up(one, items);
    count_up(other, items);
  });
  HLS_PROCESS(read, {
    long sum = 0;
    sum_up(other, items, &sum);
    sum_up(one, items, &sum);
  });
}

void fail() {
  throw std::runtime_error("failed");
}

void failing() {
  HLS_REGION(failing);
  hls::stream<int, 2> channel("channel");
  HLS_PROCESS(write, count_up(channel, 100));
  HLS_PROCESS(fail, fail());
}

class DataflowTest : public testing::TestWithParam<Mode> {
 protected:
  hls_simulation::Scope scope_{GetParam()};
};

TEST_P(DataflowTest, ProcessesPassDataThroughShallowChannels) {
  long sum = 0;
  chain(2000, 2000, &sum);
  EXPECT_EQ(sum, 1999 * 1000);
}

TEST_P(DataflowTest, TheLongestProcessIsTheLaunchsModelledTime) {
  CycleRecord record;
  const fabric::CycleScope cycles(record);
  long sum = 0;
  chain(100, 100, &sum);
  EXPECT_EQ(record.of("count_up"), 100u);
  EXPECT_EQ(record.of("pass_on"), 400u);
  EXPECT_EQ(record.longest(), 400u);
  EXPECT_EQ(record.of("nobody"), 0u);
}

TEST_P(DataflowTest, WhatIsLeftInAChannelIsAFault) {
  long sum = 0;
  EXPECT_THROW(chain(10, 9, &sum), hls_simulation::Fault);
}

TEST_P(DataflowTest, AReaderOfMoreThanComesIsAFault) {
  const hls_simulation::Scope impatient(GetParam(), milliseconds(100));
  long sum = 0;
  EXPECT_THROW(chain(10, 11, &sum), hls_simulation::Fault);
}

TEST_P(DataflowTest, WhatAProcessThrowsReachesTheCaller) {
  try {
    failing();
    FAIL() << "nothing thrown";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "failed");
  }
}

INSTANTIATE_TEST_SUITE_P(Modes, DataflowTest, testing::Values(Mode::kFast, Mode::kThreaded),
                         [](const auto& mode) { return mode.param == Mode::kFast ? "Fast" : "Threaded"; });

TEST(DeadlockTest, ARegionWhoseProcessesWaitForEachOtherIsReported) {
  {
    const hls_simulation::Scope threaded(Mode::kThreaded);
    EXPECT_NO_THROW(crossed(2));
  }
  {
    const hls_simulation::Scope threaded(Mode::kThreaded, milliseconds(100));
    EXPECT_THROW(crossed(3), hls_simulation::Deadlock);
  }
  EXPECT_NO_THROW(crossed(3)) << "FAST mode has no bounds to run into";
}

TEST(CycleRecordTest, UnitsOfAProcessWorkSideBySide) {
  CycleRecord record;
  {
    const fabric::CycleScope cycles(record);
    HLS_CYCLES_OF("engine", 0, 10);
    HLS_CYCLES_OF("engine", 1, 7);
    HLS_CYCLES_OF("engine", 1, 7);
    HLS_COUNT("blocks", 3);
    HLS_COUNT("blocks", 4);
  }
  HLS_CYCLES_OF("engine", 1, 1000);
  EXPECT_EQ(record.of("engine"), 14u);
  EXPECT_EQ(record.longest(), 14u);
  EXPECT_EQ(record.counted("blocks"), 7u);
  EXPECT_EQ(record.cycles().size(), 2u);
}

}  // namespace
