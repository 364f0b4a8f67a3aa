// SPDX-License-Identifier: Apache-2.0
// Frames that nobody should send, into a port that runs. PENSTOCK_FRAMES: how many.
#include <gtest/gtest.h>
#include <rte_mbuf.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "fault/seeded_random.h"
#include "unit/base/random_seed.h"
#include "unit/base/sanitized.h"
#include "unit/nic/nic_case.h"

namespace penstock {
namespace {

using Frame = RingWire::Frame;

uint64_t frames_wanted() {
  if (const char* const text = std::getenv("PENSTOCK_FRAMES")) return std::strtoull(text, nullptr, 10);
  return kSanitized ? 100'000 : 1'000'000;
}

// What a well-behaved neighbour sends, to be spoiled: what passes between two ports that find each other.
std::vector<Frame> good_frames() {
  std::vector<Frame> good;
  RingWire wire;
  const auto one = open_nic(wire, 0);
  RingWire other_wire;
  const auto two = open_nic(other_wire, 1);
  const auto carry = [&] {
    for (int round = 0; round < 4; ++round) {
      std::vector<PacketTrain> burst(32);
      EXPECT_TRUE(one->queue(0).receive(burst) && two->queue(0).receive(burst));
      for (const Frame& frame : wire.sent_by(0)) {
        other_wire.inject(1, frame);
        good.push_back(frame);
      }
      for (const Frame& frame : other_wire.sent_by(1)) {
        wire.inject(0, frame);
        good.push_back(frame);
      }
    }
  };
  for (const int family : {AF_INET, AF_INET6}) {
    EXPECT_TRUE(send_packets(one->queue(0), nic_address(1, family), test_bytes(3'000), 1'000));
    carry();
    EXPECT_TRUE(send_packets(two->queue(0), nic_address(0, family), test_bytes(3'000), 1'000));
    carry();
  }
  return good;
}

Frame random_frame(SeededRandom& random) {
  Frame frame(random.below(random.chance(0.1) ? 9'000 : 200));
  random.fill(frame);
  return frame;
}

// What a NIC may say of it: of its checksums, and that it took a tag off.
RingWire::Marks random_marks(SeededRandom& random) {
  constexpr uint64_t kMarks = RTE_MBUF_F_RX_IP_CKSUM_MASK | RTE_MBUF_F_RX_L4_CKSUM_MASK | RTE_MBUF_F_RX_VLAN |
                              RTE_MBUF_F_RX_VLAN_STRIPPED;
  if (random.chance(0.9)) return {};
  return {random.next() & kMarks, static_cast<uint16_t>(random.next())};
}

// One of them with some bytes changed, cut, or made longer; `to`: whose it is mostly made to be.
Frame spoiled(const std::vector<Frame>& good, SeededRandom& random, const MacAddress& to) {
  Frame frame = good[random.below(good.size())];
  if (random.chance(0.9)) std::memcpy(frame.data(), to.bytes.data(), to.bytes.size());
  for (uint64_t changes = random.below(6); changes > 0; --changes) {
    // Headers are what is worth it.
    const size_t at = random.below(random.chance(0.8) ? std::min<size_t>(frame.size(), 80) : frame.size());
    frame[at] = static_cast<uint8_t>(random.next());
  }
  if (random.chance(0.2)) frame.resize(random.below(frame.size() + 1));
  if (random.chance(0.1)) frame.resize(frame.size() + random.below(100));
  return frame;
}

TEST(HostileFrames, APortTakesAnythingAndGoesOn) {
  const uint64_t seed = random_seed();
  SCOPED_TRACE(seed_text(seed));
  SeededRandom random(seed);
  const std::vector<Frame> good = good_frames();
  ASSERT_GE(good.size(), 16U);
  RingWire wire;
  const auto port = open_nic(wire, 0, 2);
  port->steer_by([](Bytes packet) { return std::optional<size_t>(packet[0] % 3); });
  const uint64_t wanted = frames_wanted();
  std::vector<PacketTrain> burst(32);
  uint64_t sum = 0;
  for (uint64_t sent = 0; sent < wanted;) {
    for (int i = 0; i < 64; ++i, ++sent) {
      ASSERT_TRUE(wire.inject(
          0, random.chance(0.1) ? random_frame(random) : spoiled(good, random, port->device().mac()), 0,
          random_marks(random)));
    }
    for (int round = 0; round < 3; ++round) {
      for (const size_t queue : {0, 1}) {
        const Result<size_t> came = port->queue(queue).receive(burst);
        ASSERT_TRUE(came) << came.error().message();
        for (const PacketTrain& train : std::span(burst).first(*came)) {
          for (uint8_t& byte : train.bytes) sum += ++byte;  // all of it is there, and ours
        }
      }
    }
    (void)wire.sent_by(0);
    // Now and then it sends as well, to neighbours that may be anything by now.
    if (random.chance(0.01))
      (void)send_packets(port->queue(0), nic_address(1, random.chance(0.5) ? AF_INET : AF_INET6), "data", 2);
  }
  EXPECT_GT(sum, 0U);
  uint64_t dropped = 0;
  for (size_t i = 0; i < kFrameDrops; ++i)
    dropped += figure(*port, "frames_dropped", std::string(frame_drop_name(static_cast<FrameDrop>(i))));
  EXPECT_GT(dropped, wanted / 4);
  EXPECT_LT(dropped, wanted);
  EXPECT_GT(port->queue(0).counters().packets_in, 0U);

  // It still does what it is there for; a neighbour that moved about a million times is asked for anew.
  (void)wire.sent_by(0);
  const auto peer = open_nic(wire, 1);
  std::vector<std::vector<NicPacket>> came;
  const std::vector<PacketQueue*> queues{&peer->queue(0), &port->queue(0), &port->queue(1)};
  ASSERT_TRUE(run_queues(queues, came, [&] {
    if (came[1].empty() && came[2].empty())
      (void)send_packets(peer->queue(0), nic_address(0), "still there?", 12);
    return !came[1].empty() || !came[2].empty();
  }));
}

TEST(HostileFrames, LeaveNoFrameBehind) {
  const uint64_t seed = random_seed();
  SCOPED_TRACE(seed_text(seed));
  SeededRandom random(seed);
  const std::vector<Frame> good = good_frames();
  const size_t before = RingWire::frames_lent();
  {
    RingWire wire;
    const auto port = open_nic(wire, 0, 2);
    std::vector<PacketTrain> burst(8);
    for (int i = 0; i < 2'000; ++i) {
      ASSERT_TRUE(wire.inject(0, spoiled(good, random, port->device().mac())));
      ASSERT_TRUE(port->queue(0).receive(burst));
      if (i % 3 == 0) (void)port->queue(1).receive(burst);
      (void)wire.sent_by(0);
    }
    ASSERT_LT(RingWire::frames_lent(), before + 1'000) << "what is received is given back on the next call";
  }
  EXPECT_EQ(RingWire::frames_lent(), before);
}

}  // namespace
}  // namespace penstock
