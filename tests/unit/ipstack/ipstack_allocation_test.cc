// SPDX-License-Identifier: Apache-2.0
// That what carries data neither allocates nor locks: operator new and pthread_mutex_lock are counted, a
// thread, in this program alone.
#include <dlfcn.h>
#include <pthread.h>

#include "unit/ipstack/lone_stack.h"
#include "unit/memory/allocation_count.h"

namespace {

thread_local size_t locks = 0;

}  // namespace

// In place of the C library's, which it calls.
extern "C" int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  using Lock = int (*)(pthread_mutex_t*);
  static const auto kLibrarys = reinterpret_cast<Lock>(dlsym(RTLD_NEXT, "pthread_mutex_lock"));
  ++locks;
  return kLibrarys(mutex);
}

namespace penstock {
namespace {

class IpStackAllocationTest : public LoneStack {
 protected:
  template <class Work>
  static void count(const Work& work) {
    const size_t allocations_before = allocation_count();
    const size_t locks_before = locks;
    work();
    allocated = allocation_count() - allocations_before;
    locked = locks - locks_before;
  }

  static inline size_t allocated = 0;
  static inline size_t locked = 0;
};

TEST_F(IpStackAllocationTest, DatagramsAreReceivedWithoutAllocationOrLock) {
  for (const std::string_view source : {"198.51.100.7", "2001:db8:7::7"}) {
    const bool ipv6 = source.find(':') != std::string_view::npos;
    Frame frame = udp_frame(source, ipv6 ? "2001:db8::1" : "192.0.2.1", std::string(1400, 'x'));
    Frame answer(frame.size());
    bool right = true;
    count([&] {
      for (int i = 0; i < 100; ++i) {
        right &= stack->receive(frame, {}, now_ns, answer).kind == FrameArrival::Kind::datagram;
        right &= stack->generation() != 0 && stack->next_due_ns() > now_ns;
        right &= stack->next_frame(now_ns, answer) == 0;
      }
    });
    EXPECT_TRUE(right);
    EXPECT_EQ(allocated, 0U);
    EXPECT_EQ(locked, 0U);
  }
}

TEST_F(IpStackAllocationTest, AHeadIsWrittenWithoutAllocationOrLockAndFoundWithoutAllocation) {
  receive(arp_request(2, "192.0.2.2", "192.0.2.1"));
  const NetPath path{{}, test_address("192.0.2.2", 50000)};
  IpStack::Way way{};
  count([&] { way = stack->find_way(path, now_ns, head); });
  ASSERT_EQ(way, IpStack::Way::ready);
  EXPECT_EQ(allocated, 0U);
  EXPECT_EQ(locked, 1U);  // so locks are counted
  Frame frame(1500);
  const Frame payload(1400, 1);
  count([&] {
    head.write(frame, payload, 2, 1, {});
    head.write(frame, payload, 2, 1, {true, true});
  });
  EXPECT_EQ(allocated, 0U);
  EXPECT_EQ(locked, 0U);
  EXPECT_EQ(stack->payload_max(path.remote), head.payload_max());
}

// Of hostile frames, too: a full table has all the memory that it ever takes.
TEST_F(IpStackAllocationTest, NothingThatArrivesTakesMemory) {
  std::vector<Frame> frames;
  for (unsigned i = 2; i < 250; ++i) {
    const std::string host = "192.0.2." + std::to_string(i);
    frames.push_back(arp_request(static_cast<uint8_t>(i), host, "192.0.2.1"));
    frames.push_back(udp_frame(host, "192.0.2.1"));
    frames.push_back(udp_frame("198.51.100.7", "192.0.2.9"));
  }
  Frame answer(2000);
  count([&] {
    for (Frame& frame : frames) {
      const FrameArrival arrival = stack->receive(frame, {}, now_ns, answer);
      if (arrival.kind == FrameArrival::Kind::datagram) stack->find_way(arrival.path, now_ns, head);
      now_ns += 10'000'000;
      while (stack->next_frame(now_ns, answer) != 0) {
      }
    }
  });
  EXPECT_EQ(allocated, 0U);
  EXPECT_GT(locked, 0U);
}

}  // namespace
}  // namespace penstock
