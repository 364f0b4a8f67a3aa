// SPDX-License-Identifier: Apache-2.0
#include <ap_int.h>
#include <gtest/gtest.h>
#include <hls_burst_maxi.h>
#include <hls_stream.h>

#include <random>
#include <thread>
#include <vector>

#include "unit/base/random_seed.h"

namespace {

using hls_simulation::Mode;
using penstock::random_seed;

TEST(HlsStreamTest, AFastChannelKeepsOrderAcrossItsSegments) {
  hls::stream<ap_uint<512>, 2> channel("channel");
  std::mt19937_64 random(random_seed());
  uint64_t written = 0;
  uint64_t read = 0;
  while (read < 20000) {
    for (uint64_t n = random() % 3000; n > 0; --n) channel.write(written++);
    ASSERT_EQ(channel.size(), written - read);
    for (uint64_t n = random() % 3000; n > 0 && read < written; --n) ASSERT_EQ(channel.read(), read++);
    ASSERT_EQ(channel.empty(), read == written);
    EXPECT_FALSE(channel.full());
  }
}

TEST(HlsStreamTest, AFastReadOfNothingIsAFault) {
  hls::stream<int> channel("of nothing");
  int item = 5;
  EXPECT_FALSE(channel.read_nb(item));
  EXPECT_EQ(item, 5);
  EXPECT_THROW(channel.read(), hls_simulation::Fault);
}

TEST(HlsStreamTest, AThreadedChannelIsAsDeepAsDeclared) {
  const hls_simulation::Scope scope(Mode::kThreaded);
  hls::stream<int, 3> three;
  hls::stream<int> two;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(three.write_nb(i));
  EXPECT_FALSE(three.write_nb(3));
  EXPECT_TRUE(three.full());
  EXPECT_TRUE(two.write_nb(0) && two.write_nb(1) && !two.write_nb(2));
  int item = 9;
  EXPECT_TRUE(three.read_nb(item));
  EXPECT_EQ(item, 0);
  EXPECT_FALSE(three.full());
}

TEST(HlsStreamTest, ADepthCanBeLimited) {
  hls_simulation::Scope scope(Mode::kThreaded);
  scope.limit_depth(1);
  hls::stream<int, 64> channel;
  EXPECT_TRUE(channel.write_nb(0));
  EXPECT_FALSE(channel.write_nb(1));
}

TEST(HlsStreamTest, TheCapacityIsWhatWasDeclaredAndWithoutBoundsInFastMode) {
  hls::stream<int, 64> fast;
  EXPECT_EQ(fast.capacity(), 0x7fffffffu);
  hls_simulation::Scope scope(Mode::kThreaded);
  scope.limit_depth(1);
  hls::stream<int, 64> channel;
  EXPECT_EQ(channel.capacity(), 64u);
}

TEST(HlsStreamTest, WhoPollsAChannelSeesItMove) {
  const hls_simulation::Scope scope(Mode::kThreaded);
  hls::stream<int, 64> channel("between");
  for (int i = 0; i < 64; ++i) channel.write(i);
  std::thread reader([&] {
    for (int i = 0; i < 64; ++i) channel.read();
  });
  while (!channel.empty()) {
  }
  reader.join();
}

TEST(HlsStreamTest, TwoThreadsPassAllItemsInOrder) {
  const hls_simulation::Scope scope(Mode::kThreaded);
  hls::stream<int, 2> channel("between");
  std::thread writer([&] {
    for (int i = 0; i < 5000; ++i) channel << i;
  });
  for (int i = 0; i < 5000; ++i) {
    int item;
    channel >> item;
    ASSERT_EQ(item, i);
  }
  writer.join();
  EXPECT_TRUE(channel.empty());
}

TEST(HlsStreamTest, AThreadedReadThatWaitsInVainIsADeadlock) {
  const hls_simulation::Scope scope(Mode::kThreaded, std::chrono::milliseconds(50));
  hls::stream<int> channel("nobody writes to");
  try {
    channel.read();
    FAIL() << "read something";
  } catch (const hls_simulation::Deadlock& deadlock) {
    EXPECT_STREQ(deadlock.what(), "deadlock: reading from nobody writes to, and nothing moves");
  }
}

TEST(HlsStreamTest, ScopesNest) {
  const hls_simulation::Scope outer(Mode::kThreaded);
  {
    const hls_simulation::Scope inner(Mode::kFast);
    hls::stream<int, 1> fast;
    EXPECT_TRUE(fast.write_nb(0) && fast.write_nb(1));
  }
  hls::stream<int, 1> threaded;
  EXPECT_TRUE(threaded.write_nb(0));
  EXPECT_FALSE(threaded.write_nb(1));
}

TEST(HlsBurstMaxiTest, WordsComeInTheOrderOfTheRequests) {
  std::vector<int> memory(100);
  for (int i = 0; i < 100; ++i) memory[i] = i;
  hls::burst_maxi<int> port(memory.data());
  port.read_request(50, 2);
  port.read_request(7, 1);
  EXPECT_EQ(port.read(), 50);
  port.read_request(99, 1);
  EXPECT_EQ(port.read(), 51);
  EXPECT_EQ(port.read(), 7);
  EXPECT_EQ(port.read(), 99);
}

TEST(HlsBurstMaxiTest, UsersOfAThreadedPortTakeTheirWordsInTheOrderInWhichAllAsked) {
  const hls_simulation::Scope scope(Mode::kThreaded, std::chrono::milliseconds(50));
  const int memory[] = {10, 11, 12, 13};
  const hls::burst_maxi<int> port(memory);
  hls::burst_maxi<int> one = port;
  hls::burst_maxi<int> other = port;
  one.read_request(0, 2);
  other.read_request(2, 1);
  one.read_request(3, 1);
  EXPECT_EQ(one.read(), 10);
  EXPECT_THROW(other.read(), hls_simulation::Deadlock) << "a word of the first user's stands before it";
}

TEST(HlsBurstMaxiTest, UsersOfAThreadedPortWaitForEachOther) {
  const hls_simulation::Scope scope(Mode::kThreaded);
  std::vector<int> memory(1000);
  for (int i = 0; i < 1000; ++i) memory[i] = i;
  const hls::burst_maxi<int> port(memory.data());
  hls::burst_maxi<int> odd = port;
  hls::burst_maxi<int> even = port;
  for (int i = 0; i < 1000; ++i) (i % 2 == 0 ? even : odd).read_request(size_t(i), 1);
  std::thread reader([&] {
    for (int i = 1; i < 1000; i += 2) ASSERT_EQ(odd.read(), i);
  });
  for (int i = 0; i < 1000; i += 2) ASSERT_EQ(even.read(), i);
  reader.join();
}

TEST(HlsBurstMaxiTest, AWordThatWasNotAskedForIsAFault) {
  const int memory[2] = {};
  hls::burst_maxi<int> port(memory);
  EXPECT_THROW(port.read(), hls_simulation::Fault);
  EXPECT_THROW(port.read_request(0, 0), hls_simulation::Fault);
}

}  // namespace
