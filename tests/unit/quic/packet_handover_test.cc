// SPDX-License-Identifier: Apache-2.0
#include "quic/packet_handover.h"

#include <gtest/gtest.h>

#include <vector>

namespace penstock {
namespace {

TEST(PacketHandoverTest, HandsPacketsOverInTheirOrderWithTheirPath) {
  PacketHandover handover(100);
  NetPath path;
  path.remote = parse_net_address("192.0.2.1:5").value();
  for (uint8_t round = 0; round < 10; ++round) {
    for (uint8_t i = 0; i < 20; ++i) {
      const std::vector<uint8_t> packet(size_t{1} + i, i);
      ASSERT_TRUE(handover.push(packet, path, i % 4));
    }
    uint8_t next = 0;
    EXPECT_EQ(handover.take([&](Bytes packet, const NetPath& from, uint8_t ecn) {
      EXPECT_EQ(packet.size(), size_t{1} + next);
      EXPECT_EQ(packet[0], next);
      EXPECT_EQ(from, path);
      EXPECT_EQ(ecn, next % 4);
      ++next;
    }),
              20U);
  }
}

TEST(PacketHandoverTest, RefusesWhatItHasNoSlotFor) {
  PacketHandover handover(100);
  EXPECT_FALSE(handover.push(std::vector<uint8_t>(101), {}, 0));
  for (size_t i = 0; i < PacketHandover::kSlots; ++i)
    ASSERT_TRUE(handover.push(std::vector<uint8_t>(100), {}, 0));
  EXPECT_FALSE(handover.push(std::vector<uint8_t>(1), {}, 0));
  EXPECT_EQ(handover.take([](Bytes, const NetPath&, uint8_t) {}), PacketHandover::kSlots);
  EXPECT_TRUE(handover.push(std::vector<uint8_t>(1), {}, 0));
}

}  // namespace
}  // namespace penstock
