// SPDX-License-Identifier: Apache-2.0
// What devices do that rings do not: functions of a driver are put in the place of the ring's.
#include "drivers/nic/nic_device.h"

#include <gtest/gtest.h>
#include <rte_bus_vdev.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <sched.h>
#include <sys/prctl.h>

#include <algorithm>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "drivers/nic/pool_sizes.h"
#include "unit/nic/nic_case.h"

namespace penstock {
namespace {

using Packets = std::vector<std::vector<NicPacket>>;

// The functions of a port's driver, which are its own again at the end.
class DriverInstead {
 public:
  DriverInstead(const std::string& port, eth_tx_burst_t burst, eth_tx_prep_t prepare) {
    EXPECT_EQ(rte_eth_dev_get_port_by_name(port.c_str(), &port_), 0);
    struct rte_eth_fp_ops& now = rte_eth_fp_ops[port_];
    own_ = now;
    if (burst != nullptr) now.tx_pkt_burst = burst;
    if (prepare != nullptr) now.tx_pkt_prepare = prepare;
    rings_burst = own_.tx_pkt_burst;
  }
  ~DriverInstead() { rte_eth_fp_ops[port_] = own_; }
  DriverInstead(const DriverInstead&) = delete;
  DriverInstead& operator=(const DriverInstead&) = delete;

  inline static eth_tx_burst_t rings_burst = nullptr;

 private:
  uint16_t port_ = 0;
  struct rte_eth_fp_ops own_ {};
};

// Sends everything, and gives buffers back only where it is asked for nothing else.
std::vector<rte_mbuf*> sent_and_kept;
uint16_t send_lazily(void*, rte_mbuf** frames, uint16_t count) {
  if (count == 0) {
    for (rte_mbuf* const frame : sent_and_kept) rte_pktmbuf_free(frame);
    sent_and_kept.clear();
  }
  sent_and_kept.insert(sent_and_kept.end(), frames, frames + count);
  return count;
}

TEST(NicDevice, BuffersThatADriverGivesBackLateAreAskedFor) {
  RingWire wire;
  const auto one = open_nic(wire, 0, 1, "descriptors=64,mbufs=320");
  const auto two = open_nic(wire, 1);
  Packets came;
  ASSERT_TRUE(send_packets(one->queue(0), nic_address(1), "first", 5));
  ASSERT_TRUE(run_queues({&one->queue(0), &two->queue(0)}, came, [&] { return came[1].size() == 1; }));
  const DriverInstead lazy(wire.port(0), &send_lazily, nullptr);
  for (int i = 0; i < 40; ++i) {
    ASSERT_TRUE(send_packets(one->queue(0), nic_address(1), test_bytes(20'000), 200)) << i;
    one->queue(0).flush();
  }
  EXPECT_GT(figure(*one, "no_send_buffer"), 0U);
  EXPECT_EQ(one->queue(0).counters().packets_out, 4'001U);
  send_lazily(nullptr, nullptr, 0);
}

// As some drivers of frames with offloads that they cannot do.
uint16_t refuse_marked(void*, rte_mbuf** frames, uint16_t count) {
  for (uint16_t i = 0; i < count; ++i) {
    if (rte_pktmbuf_mtod(frames[i], const char*)[frames[i]->data_len - 1] == '!') return i;
  }
  return count;
}

TEST(NicDevice, AFrameThatTheDriverWouldNeverSendIsDroppedAndCountedAndHoldsUpNoOther) {
  RingWire wire;
  const auto one = open_nic(wire, 0);
  const auto two = open_nic(wire, 1);
  Packets came;
  ASSERT_TRUE(send_packets(one->queue(0), nic_address(1), "first", 5));
  ASSERT_TRUE(run_queues({&one->queue(0), &two->queue(0)}, came, [&] { return came[1].size() == 1; }));
  const DriverInstead strict(wire.port(0), nullptr, &refuse_marked);
  const std::string bytes = test_bytes(3'000);
  std::string bad = bytes;
  bad[1'999] = '!';
  for (const std::string& each : {bad, bytes, bad})
    ASSERT_TRUE(send_packets(one->queue(0), nic_address(1), each, 1'000));
  ASSERT_TRUE(run_queues({&one->queue(0), &two->queue(0)}, came, [&] { return came[1].size() == 8; }));
  EXPECT_EQ(figure(*one, "frames_unfit"), 2U);
  EXPECT_EQ(one->queue(0).counters().packets_out, 8U);
}

TEST(NicDevice, WhatTheNicSaysOfChecksumsIsBelievedWhereItIsGoodAndLookedIntoElse) {
  RingWire wire;
  const auto port = open_nic(wire, 0);
  const MacAddress mac = port->device().mac();
  const std::string payload = "checked?";
  const RingWire::Frame good = frame_from(40'000, payload, mac);
  RingWire::Frame bad_udp = good;
  bad_udp[bad_udp.size() - 1] ^= 1;
  RingWire::Frame bad_ip = good;
  bad_ip[14 + 10] ^= 1;
  struct Case {
    const RingWire::Frame& frame;
    uint64_t flags;
    bool taken;
  };
  const Case cases[] = {
      {good, 0, true},
      {bad_udp, 0, false},
      {bad_udp, RTE_MBUF_F_RX_L4_CKSUM_GOOD, true},
      {bad_udp, RTE_MBUF_F_RX_L4_CKSUM_NONE, true},
      {good, RTE_MBUF_F_RX_L4_CKSUM_BAD, true},
      {bad_udp, RTE_MBUF_F_RX_L4_CKSUM_BAD, false},
      {bad_ip, 0, false},
      {bad_ip, RTE_MBUF_F_RX_IP_CKSUM_GOOD, true},
      {bad_ip, RTE_MBUF_F_RX_IP_CKSUM_NONE, true},
      {good, RTE_MBUF_F_RX_IP_CKSUM_BAD, true},
      {bad_ip, RTE_MBUF_F_RX_IP_CKSUM_BAD, false},
  };
  for (size_t i = 0; i < std::size(cases); ++i) {
    ASSERT_TRUE(wire.inject(0, cases[i].frame, 0, {.flags = cases[i].flags}));
    std::vector<PacketTrain> burst(4);
    EXPECT_EQ(port->queue(0).receive(burst).value() == 1, cases[i].taken) << i;
  }
}

TEST(NicDevice, AFrameThatIsLongerThanItsBufferIsDropped) {
  RingWire wire;
  const auto port = open_nic(wire, 0);
  const RingWire::Frame good = frame_from(40'000, "hello", port->device().mac());
  std::vector<PacketTrain> burst(4);
  ASSERT_TRUE(wire.inject(0, good, 0, {.told_bytes = 60'000}));
  EXPECT_EQ(port->queue(0).receive(burst).value(), 0U);
  EXPECT_EQ(figure(*port, "frames_dropped", "scattered"), 1U);
  ASSERT_TRUE(wire.inject(0, good));
  EXPECT_EQ(port->queue(0).receive(burst).value(), 1U);
}

TEST(NicDevice, ATagThatTheNicTookOffCountsAsIfItWereThere) {
  RingWire wire;
  const auto tagged = open_nic(wire, 0, 1, "vlan=7");
  const auto plain = open_nic(wire, 1);
  constexpr uint64_t kStripped = RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;
  std::vector<PacketTrain> burst(4);
  const RingWire::Frame frame = frame_from(40'000, "hello", tagged->device().mac());
  const auto other_vlan = [&](DpdkPort& port) { return figure(port, "frames_dropped", "other_vlan"); };
  // What ports say of themselves arrives first; only one that is asked for packets says anything.
  const auto hear_out = [&burst](DpdkPort& port) {
    for (int i = 0; i < 20; ++i) ASSERT_EQ(port.queue(0).receive(burst).value(), 0U);
  };
  ASSERT_NO_FATAL_FAILURE(hear_out(*plain));
  ASSERT_NO_FATAL_FAILURE(hear_out(*tagged));
  const uint64_t before = other_vlan(*tagged);
  for (const auto& [tci, taken] : {std::pair{7, 1U}, {0x6007, 1U}, {8, 0U}}) {
    ASSERT_TRUE(wire.inject(0, frame, 0, {kStripped, static_cast<uint16_t>(tci)}));
    EXPECT_EQ(tagged->queue(0).receive(burst).value(), taken) << tci;
  }
  EXPECT_EQ(other_vlan(*tagged), before + 1);
  ASSERT_NO_FATAL_FAILURE(hear_out(*plain));
  const uint64_t before_plain = other_vlan(*plain);
  ASSERT_TRUE(wire.inject(1, frame_from(40'000, "hello", plain->device().mac()), 0, {kStripped, 7}));
  EXPECT_EQ(plain->queue(0).receive(burst).value(), 0U);
  EXPECT_EQ(other_vlan(*plain), before_plain + 1);
}

TEST(NicDevice, FewerBuffersThanQueuesAndWorkersHoldAreRefused) {
  const PoolSizes sizes = pool_sizes(
      {.workers = 2, .rx_queues = 2, .tx_queues = 2, .rx_descriptors = 512, .tx_descriptors = 1'024});
  EXPECT_GT(sizes.tx_least, 2 * 1'024 + 2 * 64U);
  EXPECT_GT(sizes.rx_least, 2 * 512 + 2 * 64U);
  EXPECT_GT(sizes.rx, sizes.rx_least + 2 * 512);
  EXPECT_GT(sizes.tx, sizes.tx_least);
  const PoolSizes handed_over = pool_sizes({.workers = 2,
                                            .rx_queues = 2,
                                            .tx_queues = 2,
                                            .rx_descriptors = 512,
                                            .tx_descriptors = 1'024,
                                            .hand_over = true});
  EXPECT_EQ(handed_over.rx_least, sizes.rx_least + 2 * arrivals_held(512)) << "what waits for other workers";
  RingWire wire;
  const auto port = DpdkPort::open({.nic = nic_of(wire.port(0), "addr=10.0.0.1/24,mbufs=1000")});
  ASSERT_FALSE(port);
  EXPECT_EQ(port.error().code, Errc::usage);
  EXPECT_NE(port.error().message().find("descriptors="), std::string::npos) << port.error().message();
}

TEST(NicDevice, BuffersBesideMemoryThatIsSharedAreSuchThatTheDriverLooksAtLengths) {
  for (const uint32_t slot : {1'600U, 2'048U, 9'256U, 9'280U, 16'384U}) {
    const auto rooms = peer_rooms(1'500, slot);
    ASSERT_TRUE(rooms) << slot;
    EXPECT_LT(rooms->rx, slot);
    EXPECT_GT(rooms->tx, slot);
    EXPECT_GE(rooms->rx, 1'526U);
    EXPECT_EQ(rooms->rx % 64 + rooms->tx % 64, 0U) << "what a pool makes of it is no more";
  }
  EXPECT_FALSE(peer_rooms(9'000, 2'048));
  EXPECT_FALSE(peer_rooms(9'000, peer_slot_least(9'000) - 1));
  EXPECT_TRUE(peer_rooms(9'000, peer_slot_least(9'000)));
  EXPECT_FALSE(peer_rooms(1'500, 65'535));
}

TEST(NicDevice, APortThatWasClosedOpensAgainAndWorks) {
  ASSERT_EQ(rte_vdev_init("net_ring_again", ""), 0);
  for (int i = 0; i < 3; ++i) {
    auto port =
        DpdkPort::open({.nic = nic_of("net_ring_again", "addr=10.0.0.1/24"), .udp_port = kNicTestPort});
    ASSERT_TRUE(port) << i << ": " << port.error().message();
    // A ring of its own: what it sends comes back to it.
    Packets came;
    ASSERT_TRUE(run_queues({&(*port)->queue(0)}, came, [&] { return figure(**port, "link_up") == 1; }));
    ASSERT_TRUE(send_packets((*port)->queue(0), nic_address(1), "anybody?", 8));
    ASSERT_TRUE(run_queues({&(*port)->queue(0)}, came, [&] { return figure(**port, "requests_sent") > 0; }));
  }
  rte_vdev_uninit("net_ring_again");
  EXPECT_TRUE(DpdkPort::open({.nic = nic_of("net_ring_again", "addr=10.0.0.1/24")}))
      << "what was taken away is looked for";
  rte_vdev_uninit("net_ring_again");
}

TEST(NicDevice, APortThatWasPulledLeavesTheNextOneOfItsNumberAlone) {
  RingWire wire;
  RingWire next_wire;
  auto pulled = open_nic(wire, 0);
  uint16_t number = 0;
  uint16_t next_number = 0;
  ASSERT_EQ(rte_eth_dev_get_port_by_name(wire.port(0).c_str(), &number), 0);
  wire.unplug(0);
  const auto one = open_nic(next_wire, 0);
  ASSERT_EQ(rte_eth_dev_get_port_by_name(next_wire.port(0).c_str(), &next_number), 0);
  ASSERT_EQ(number, next_number);
  pulled.reset();
  const auto two = open_nic(next_wire, 1);
  Packets came;
  ASSERT_TRUE(send_packets(one->queue(0), nic_address(1), "hello", 5));
  EXPECT_TRUE(run_queues({&one->queue(0), &two->queue(0)}, came, [&] { return came[1].size() == 1; }));
}

TEST(NicDevice, TheLastWordsOfAPortThatEndsAreSent) {
  RingWire wire(1, 64);
  auto one = open_nic(wire, 0);
  const auto two = open_nic(wire, 1);
  Packets came;
  ASSERT_TRUE(send_packets(one->queue(0), nic_address(1), "first", 5));
  ASSERT_TRUE(run_queues({&one->queue(0), &two->queue(0)}, came, [&] { return came[1].size() == 1; }));
  ASSERT_TRUE(send_packets(one->queue(0), nic_address(1), test_bytes(1'000), 10));
  ASSERT_TRUE(run_queues({&two->queue(0)}, came, [&] { return came[0].size() == 63; })) << "what fits";
  one.reset();
  EXPECT_TRUE(run_queues({&two->queue(0)}, came, [&] { return came[0].size() == 100; }));
}

TEST(NicDevice, TrainsThatWaitedForTheirWayGoBeforeNewerOnesAndWithoutDelayWhereTheDeviceWasFull) {
  RingWire wire(1, 64);
  const auto one = open_nic(wire, 0, 1, "gw=10.0.0.2");
  const auto two = open_nic(wire, 1, 1, "addr=192.0.2.9/32");
  const NetAddress beyond = parse_net_address("192.0.2.9:4433").value();
  size_t sent = 0;
  const auto send_train = [&] {
    std::string numbers;
    for (size_t i = 0; i < 20; ++i) numbers += std::to_string(10'000 + sent++);
    return send_packets(one->queue(0), beyond, numbers, 5);
  };
  for (int i = 0; i < 8; ++i) ASSERT_TRUE(send_train());
  Packets came;
  const auto both = [&](size_t packets) {
    return run_queues({&one->queue(0), &two->queue(0)}, came, [&] { return came[1].size() >= packets; });
  };
  ASSERT_TRUE(both(1));
  EXPECT_EQ(figure(*one, "trains_held"), 0U) << "those that the device does not take wait for it alone";
  ASSERT_TRUE(send_train());
  ASSERT_TRUE(both(sent));
  for (size_t i = 0; i < sent; ++i) ASSERT_EQ(came[1][i].payload, std::to_string(10'000 + i)) << i;
}

// Takes a burst each third time.
int times_offered = 0;
uint16_t send_each_third_time(void* queue, rte_mbuf** frames, uint16_t count) {
  return ++times_offered % 3 == 0 ? DriverInstead::rings_burst(queue, frames, count) : uint16_t{0};
}

TEST(NicDevice, TrainsThatWaitedForTheirWayKeepTheirOrderWhereTheDeviceTakesSomeBetweenThem) {
  RingWire wire;
  const auto one = open_nic(wire, 0, 1, "gw=10.0.0.2");
  const auto two = open_nic(wire, 1, 1, "addr=192.0.2.9/32");
  size_t sent = 0;
  for (int train = 0; train < 8; ++train) {
    std::string numbers;
    for (size_t i = 0; i < 20; ++i) numbers += std::to_string(10'000 + sent++);
    ASSERT_TRUE(send_packets(one->queue(0), parse_net_address("192.0.2.9:4433").value(), numbers, 5));
  }
  const DriverInstead slow(wire.port(0), &send_each_third_time, nullptr);
  Packets came;
  ASSERT_TRUE(run_queues({&one->queue(0), &two->queue(0)}, came, [&] { return came[1].size() == sent; }));
  for (size_t i = 0; i < sent; ++i) ASSERT_EQ(came[1][i].payload, std::to_string(10'000 + i)) << i;
}

TEST(NicDevice, AQueueThatEndsGivesItsThreadBack) {
  RingWire wire;
  std::thread([&wire] {
    cpu_set_t before;
    cpu_set_t after;
    ::sched_getaffinity(0, sizeof before, &before);
    const int slack = ::prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0);
    {
      const auto port = open_nic(wire, 0);
      port->queue(0).adopt_thread();
      EXPECT_EQ(::prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0), 1);
    }
    EXPECT_EQ(::prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0), slack);
    ::sched_getaffinity(0, sizeof after, &after);
    EXPECT_TRUE(CPU_EQUAL(&before, &after));
  }).join();
}

}  // namespace
}  // namespace penstock
