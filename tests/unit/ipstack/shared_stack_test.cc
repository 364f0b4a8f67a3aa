// SPDX-License-Identifier: Apache-2.0
// Several threads at one stack, as the queues of a port are.
#include <atomic>
#include <cstring>
#include <thread>

#include "unit/base/random_seed.h"
#include "unit/base/sanitized.h"
#include "unit/ipstack/hostile_frames.h"
#include "unit/ipstack/lone_stack.h"

namespace penstock {
namespace {

class SharedStackTest : public LoneStack {
 protected:
  SharedStackTest() {
    config.routes = {{test_prefix("0.0.0.0/0"), test_address("192.0.2.254", 0)}};
    open();
  }

  static constexpr size_t kRounds = kSanitized ? 5'000 : 50'000;

  uint64_t now() { return clock_ns.fetch_add(10'000, std::memory_order_relaxed); }

  // One queue's thread: receives, sends what is to be sent, and keeps the head of a path as ports do.
  void serve(size_t number) {
    const NetAddress remote = test_address("198.51.100." + std::to_string(number + 1), 50000);
    const Frame datagram = udp_frame("198.51.100.7", "192.0.2.1");
    const Frame reply = arp_reply(0xfe, "192.0.2.254");
    HostileFrames hostile(process_seed() + number);
    FrameHead mine;
    uint64_t generation = 0;
    bool ready = false;
    for (size_t i = 0; i < kRounds; ++i) {
      Frame frame = i % 3 == 0 ? hostile.next() : i % 100 == 1 ? reply : datagram;
      Frame answer(std::max(IpStack::kOwnFrameBytes, frame.size()));
      const FrameArrival arrival = stack->receive(frame, {}, now(), answer);
      if (arrival.kind == FrameArrival::Kind::datagram) datagrams.fetch_add(1);
      if (const uint64_t seen = stack->generation(); seen != generation) {
        generation = seen;
        ready = stack->find_way({{}, remote}, now(), mine) == IpStack::Way::ready;
      }
      if (ready) {
        Frame sent(mine.bytes() + 100);
        mine.write(sent, Frame(100, 1), 2, 3, {});
        heads_written.fetch_add(1);
      }
      if (now() >= stack->next_due_ns()) {
        Frame own(IpStack::kOwnFrameBytes);
        while (stack->next_frame(now(), own) != 0) {
        }
      }
      if (stack->payload_max(remote) < 1200 || stack->source_for(remote).empty()) wrong.fetch_add(1);
      if (i % 1000 == 0 && stack->counters().neighbours_known > 2000) wrong.fetch_add(1);
    }
  }

  std::atomic<uint64_t> clock_ns{5'000'000'000'000};
  std::atomic<uint64_t> datagrams{0};
  std::atomic<uint64_t> heads_written{0};
  std::atomic<uint64_t> wrong{0};
};

TEST_F(SharedStackTest, ThreadsReceiveAndSendAtOnce) {
  SCOPED_TRACE(seed_text(process_seed()));
  constexpr size_t kThreads = 4;
  std::vector<std::thread> threads;
  for (size_t i = 0; i < kThreads; ++i) threads.emplace_back([this, i] { serve(i); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_GE(datagrams.load(), kThreads * kRounds / 2);
  EXPECT_GT(heads_written.load(), 0U);
  EXPECT_EQ(wrong.load(), 0U);
}

}  // namespace
}  // namespace penstock
