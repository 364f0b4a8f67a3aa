// SPDX-License-Identifier: Apache-2.0
// What a port makes of what its device says, and has it do: links, counters, groups.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "drivers/nic/dpdk_port.h"
#include "unit/nic/ethdev_instead.h"
#include "unit/nic/nic_case.h"

namespace penstock {
namespace {

using Packets = std::vector<std::vector<NicPacket>>;

// ARP's, two of NDP, and the groups: twice whenever a link is found.
constexpr uint64_t kRound = 4;

class NicLinkTest : public testing::Test {
 protected:
  std::unique_ptr<DpdkPort> open(const std::string& more = {}) { return open_nic(wire, 0, 1, more); }
  bool run(DpdkPort& port, const std::function<bool()>& condition) {
    Packets came;
    return run_queues({&port.queue(0)}, came, [&] {
      (void)wire.sent_by(0);
      return condition();
    });
  }
  static uint64_t said(const DpdkPort& port) { return figure(port, "announcements_sent"); }

  RingWire wire;
  EthdevInstead ethdev;
};

TEST_F(NicLinkTest, TheFirstLinkIsToldToAll) {
  ethdev.link_up = false;
  const auto port = open();
  ASSERT_TRUE(run(*port, [&] { return said(*port) == kRound; }));
  ethdev.link_up = true;
  // Without one there would be two rounds.
  EXPECT_TRUE(run(*port, [&] { return said(*port) == 3 * kRound; }));
  EXPECT_EQ(figure(*port, "links_lost"), 0U);
  EXPECT_EQ(figure(*port, "link_up"), 1U);
}

TEST_F(NicLinkTest, ALinkThatIsAwayForLessTimeThanLiesBetweenTwoLooksIsMissed) {
  const auto port = open();
  ASSERT_TRUE(run(*port, [&] { return said(*port) == 2 * kRound; }));
  ethdev.link_up = false;
  EthdevInstead::happens(wire.port(0), RTE_ETH_EVENT_INTR_LSC);
  ethdev.link_up = true;
  EthdevInstead::happens(wire.port(0), RTE_ETH_EVENT_INTR_LSC);
  EXPECT_TRUE(run(*port, [&] { return said(*port) > 2 * kRound; }));
  EXPECT_EQ(figure(*port, "links_lost"), 1U);
}

TEST_F(NicLinkTest, WhatWaitedForALinkForASecondIsDroppedAndCounted) {
  const auto port = open();
  const auto peer = open_nic(wire, 1);
  Packets came;
  const std::vector<PacketQueue*> both{&port->queue(0), &peer->queue(0)};
  ASSERT_TRUE(send_packets(port->queue(0), nic_address(1), "first", 5));
  ASSERT_TRUE(run_queues(both, came, [&] { return came[1].size() == 1; }));
  ethdev.link_up = false;
  ASSERT_TRUE(run_queues(both, came, [&] { return figure(*port, "link_up") == 0; }));
  uint64_t sent = 0;
  while (send_packets(port->queue(0), nic_address(1), test_bytes(20'000), 100)) sent += 200;
  const uint64_t out = port->queue(0).counters().packets_out - 1;
  EXPECT_LT(out, sent);
  ASSERT_TRUE(run_queues({&port->queue(0)}, came, [&] { return !port->queue(0).reserve().empty(); }));
  EXPECT_EQ(port->queue(0).counters().send_refused, sent - out);
  ethdev.link_up = true;
  came.clear();
  ASSERT_TRUE(run_queues(both, came, [&] { return figure(*port, "link_up") == 1; }));
  ASSERT_TRUE(send_packets(port->queue(0), nic_address(1), "again", 5));
  EXPECT_TRUE(run_queues(both, came, [&] { return !came[1].empty() && came[1].back().payload == "again"; }));
}

TEST_F(NicLinkTest, TheDeviceIsAskedForTheGroupsOfAllAddressesItsLinkLocalOneToo) {
  const auto port = open();
  const MacAddress mac = port->device().mac();
  const std::vector<MacAddress> groups{{{0x33, 0x33, 0, 0, 0, 1}},
                                       {{0x33, 0x33, 0xff, 0, 0, 1}},
                                       {{0x33, 0x33, 0xff, mac.bytes[3], mac.bytes[4], mac.bytes[5]}}};
  EXPECT_EQ(ethdev.groups, groups);
}

TEST_F(NicLinkTest, WithoutIpv6ItIsAskedForNone) {
  const auto port = DpdkPort::open({.nic = nic_of(wire.port(0), "addr=10.0.0.1/24")});
  ASSERT_TRUE(port) << port.error().message();
  EXPECT_TRUE(ethdev.groups.empty());
}

std::optional<uint64_t> told(const DpdkPort& port, const std::string& name) {
  for (const PortFigure& each : port.figures())
    if (each.name == name) return each.value;
  ADD_FAILURE() << name;
  return {};
}

TEST_F(NicLinkTest, WhatADeviceDoesNotSayIsUnknownAndNotNone) {
  ethdev.counts = false;
  const auto port = open();
  for (const char* const name : {"no_receive_buffer", "receive_errors", "send_errors"})
    EXPECT_EQ(told(*port, name), std::nullopt) << name;
  ethdev.counts = true;
  EXPECT_EQ(told(*port, "no_receive_buffer"), 8U);
  EXPECT_EQ(told(*port, "receive_errors"), 9U);
  EXPECT_EQ(told(*port, "send_errors"), 10U);
  EXPECT_EQ(told(*port, "missed"), std::nullopt) << "rings never count that";
  ethdev.counts = false;
  EXPECT_EQ(told(*port, "receive_errors"), 9U) << "counts do not go back";
}

// A new one of the stack's makes this line fail: it is to be a figure as well.
static_assert(sizeof(IpStack::Counters) == 7 * sizeof(uint64_t));
TEST_F(NicLinkTest, WhatTheStackCountsIsThere) {
  const auto port = open();
  std::set<std::string> names;
  for (const PortFigure& each : port->figures()) names.insert(each.name);
  for (const char* const name : {"neighbours_known", "neighbours_silent", "path_mtu_lowered", "answers_sent",
                                 "requests_sent", "neighbours_moved", "announcements_sent"})
    EXPECT_TRUE(names.contains(name)) << name;
}

}  // namespace
}  // namespace penstock
