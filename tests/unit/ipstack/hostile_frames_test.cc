// SPDX-License-Identifier: Apache-2.0
#include "unit/ipstack/hostile_frames.h"

#include <array>
#include <cstdio>
#include <cstring>

#include "drivers/ipstack/neighbour_table.h"
#include "unit/base/random_seed.h"
#include "unit/base/sanitized.h"
#include "unit/ipstack/lone_stack.h"

namespace penstock {
namespace {

constexpr uint8_t kCanary = 0xa5;
constexpr size_t kCanaryBytes = 64;

// What is written beside the bytes that somebody is given shows.
class FencedBytes {
 public:
  explicit FencedBytes(Bytes content) : bytes_(content.size() + 2 * kCanaryBytes, kCanary) {
    if (!content.empty()) std::memcpy(bytes_.data() + kCanaryBytes, content.data(), content.size());
  }
  MutableBytes inside() {
    return MutableBytes(bytes_).subspan(kCanaryBytes, bytes_.size() - 2 * kCanaryBytes);
  }
  bool is_whole() const {
    static const Frame kFence(kCanaryBytes, kCanary);
    return std::equal(kFence.begin(), kFence.end(), bytes_.begin()) &&
           std::equal(kFence.begin(), kFence.end(), bytes_.end() - kCanaryBytes);
  }

 private:
  Frame bytes_;
};

class HostileFramesTest : public LoneStack {
 protected:
  HostileFramesTest() {
    config.routes = {{test_prefix("0.0.0.0/0"), test_address("192.0.2.254", 0)},
                     {test_prefix("::/0"), test_address("2001:db8::fe", 0)}};
    open();
  }

  void send_hostile(Bytes content, FrameChecks checks) {
    FencedBytes frame(content);
    const size_t room = random.chance(0.05) ? 0 : std::max(content.size(), IpStack::kOwnFrameBytes);
    FencedBytes answer(Frame(room, kCanary));
    const FrameArrival arrival = stack->receive(frame.inside(), checks, now_ns, answer.inside());
    ASSERT_TRUE(frame.is_whole());
    ASSERT_TRUE(answer.is_whole());
    ASSERT_TRUE(std::equal(content.begin(), content.end(), frame.inside().begin()));
    ++kinds[static_cast<size_t>(arrival.kind)];
    if (arrival.kind == FrameArrival::Kind::dropped) ++drops[static_cast<size_t>(arrival.drop)];
    ASSERT_LE(arrival.answer_bytes, room);
    ASSERT_EQ(arrival.answer_bytes != 0, arrival.kind == FrameArrival::Kind::answered);
    if (arrival.kind != FrameArrival::Kind::datagram) return;
    ASSERT_LE(arrival.payload.size(), content.size());
    if (!arrival.payload.empty()) {
      ASSERT_GE(arrival.payload.data(), frame.inside().data());
      ASSERT_LE(arrival.payload.data() + arrival.payload.size(), frame.inside().data() + content.size());
    }
    ASSERT_EQ(arrival.path.local.port(), kTestPort);
    ASSERT_NE(arrival.path.remote.port(), 0);
    // Somebody answers.
    if (stack->find_way(arrival.path, now_ns, head) == IpStack::Way::ready) check_head(arrival.path);
  }
  void check_head(const NetPath& path) {
    ASSERT_EQ(head.payload_max(), head.is_ipv6() ? 1452U : 1472U);
    ASSERT_GE(stack->payload_max(path.remote), 1200U);
    ASSERT_LE(stack->payload_max(path.remote), head.payload_max());
    FencedBytes frame(Frame(head.bytes() + 30, 0));
    head.write(frame.inside(), Frame(30, 1), 1, 2, {});
    ASSERT_TRUE(frame.is_whole());
  }
  // Time goes on, and the gateways answer what they are asked.
  void go_on(double seconds) {
    pass(seconds);
    for (const Frame& frame : requests()) {
      ASSERT_LE(frame.size(), IpStack::kOwnFrameBytes);
      if (frame[12] == 0x08 && frame[41] == 254) receive(arp_reply(0xfe, "192.0.2.254"));
      if (frame[12] == 0x86 && frame[77] == 0xfe) receive(advertisement(0xfe, "2001:db8::fe", 0x60));
    }
    // All the while the gateway finds the port, and the port its gateway.
    ++asked;
    const Received asks = receive(arp_request(0xfe, "192.0.2.254", "192.0.2.1"));
    answered += asks.arrival.kind == FrameArrival::Kind::answered ? 1 : 0;
    ready += station_of("198.51.100.7") == test_mac(0xfe) ? 1 : 0;
    const IpStack::Counters counted = stack->counters();
    ASSERT_LE(counted.neighbours_known + counted.neighbours_silent, NeighbourTable::kSlots + 2);
  }
  void expect_good_traffic() {
    // A station that claims to be the gateway is found out: it answers no probe.
    for (int tenth = 0; tenth < 200; ++tenth) ASSERT_NO_FATAL_FAILURE(go_on(0.1));
    EXPECT_EQ(station_of("198.51.100.7"), test_mac(0xfe));
    EXPECT_EQ(station_of("2001:db8:7::7"), test_mac(0xfe));
    EXPECT_EQ(receive(udp_frame("198.51.100.7", "192.0.2.1")).arrival.kind, FrameArrival::Kind::datagram);
    EXPECT_EQ(receive(udp_frame("2001:db8:7::7", "2001:db8::1")).arrival.kind, FrameArrival::Kind::datagram);
    EXPECT_EQ(receive(arp_request(2, "192.0.2.2", "192.0.2.1")).arrival.kind, FrameArrival::Kind::answered);
    EXPECT_EQ(receive(ip_frame(test_mac(1), test_mac(2),
                               ndp_packet("2001:db8::2", "2001:db8::1", {.target = "2001:db8::1"})))
                  .arrival.kind,
              FrameArrival::Kind::answered);
  }
  void run(size_t frames) {
    SCOPED_TRACE(seed_text(process_seed()));
    std::printf("%zu frames, PENSTOCK_SEED=%lu\n", frames, process_seed());
    HostileFrames hostile(process_seed());
    for (size_t i = 0; i < frames; ++i) {
      FrameChecks checks;
      checks.ip_header = static_cast<FrameChecks::Verdict>(random.chance(0.1) ? 1 : 0);
      checks.udp = static_cast<FrameChecks::Verdict>(random.chance(0.1) ? 1 : 0);
      ASSERT_NO_FATAL_FAILURE(send_hostile(hostile.next(), checks)) << "frame " << i;
      if (i % 64 == 0) {
        ASSERT_NO_FATAL_FAILURE(go_on(0.02)) << "frame " << i;
      }
      if (i % 100'000 == 0) {
        ASSERT_NO_FATAL_FAILURE(expect_good_traffic()) << "frame " << i;
      }
    }
    expect_good_traffic();
    EXPECT_GE(100 * answered, 99 * asked);
    EXPECT_GE(100 * ready, 99 * asked);
    // What was sent reached everything.
    for (const uint64_t count : kinds) EXPECT_GT(count, frames / 1000);
    for (size_t i = 0; i < kFrameDrops; ++i) {
      const auto drop = static_cast<FrameDrop>(i);
      const bool intakes = drop == FrameDrop::empty || drop == FrameDrop::scattered;
      EXPECT_EQ(drops[i] == 0, intakes) << frame_drop_name(drop);
    }
    EXPECT_GT(stack->counters().path_mtu_lowered, 0U);
  }

  SeededRandom random{process_seed() + 1};
  size_t asked = 0;
  size_t answered = 0;
  size_t ready = 0;
  std::array<uint64_t, 4> kinds{};
  std::array<uint64_t, kFrameDrops> drops{};
};

TEST_F(HostileFramesTest, GoodTrafficSurvivesAMillion) {
  run(kSanitized ? 100'000 : 1'000'000);
}

TEST_F(HostileFramesTest, GoodTrafficSurvivesTenMillion) {
  run(10'000'000);
}

}  // namespace
}  // namespace penstock
