// SPDX-License-Identifier: Apache-2.0
#include "drivers/nic/dpdk_port.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "unit/nic/nic_case.h"

namespace penstock {
namespace {

using Clock = std::chrono::steady_clock;
using Packets = std::vector<std::vector<NicPacket>>;

class DpdkPortTest : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Families, DpdkPortTest, testing::Values(AF_INET, AF_INET6),
                         [](const auto& each) { return each.param == AF_INET ? "Ipv4" : "Ipv6"; });

TEST_P(DpdkPortTest, FindsItsNeighbourAndCarriesPacketsBothWaysWithTheirPathAndEcn) {
  RingWire wire;
  const auto one = open_nic(wire, 0);
  const auto two = open_nic(wire, 1);
  const NetAddress first = nic_address(0, GetParam());
  const NetAddress second = nic_address(1, GetParam());
  Packets came;
  const std::vector<PacketQueue*> queues{&one->queue(0), &two->queue(0)};
  ASSERT_TRUE(send_packets(one->queue(0), second, "question", 8, 2));
  EXPECT_EQ(figure(*one, "trains_held"), 1U) << "the neighbour is not known yet";
  ASSERT_TRUE(run_queues(queues, came, [&] { return !came[1].empty(); }));
  EXPECT_EQ(came[1][0].payload, "question");
  EXPECT_EQ(came[1][0].ecn, 2);
  EXPECT_EQ(came[1][0].path.remote, first);
  EXPECT_EQ(came[1][0].path.local, second);
  EXPECT_EQ(figure(*one, "trains_held"), 0U);
  EXPECT_GE(figure(*one, "neighbours_known"), 1U);
  ASSERT_TRUE(send_packets(two->queue(0), first, "answer", 6, 1, second));
  ASSERT_TRUE(run_queues(queues, came, [&] { return !came[0].empty(); }));
  EXPECT_EQ(came[0][0].payload, "answer");
  EXPECT_EQ(came[0][0].ecn, 1);
  EXPECT_EQ(one->queue(0).counters().packets_out, 1U);
  EXPECT_EQ(one->queue(0).counters().bytes_out, 8U);
  EXPECT_EQ(one->queue(0).counters().bytes_in, 6U);
  EXPECT_EQ(two->queue(0).counters().packets_in, 1U);
}

TEST_P(DpdkPortTest, TrainsArriveAsTheirPackets) {
  RingWire wire;
  const auto one = open_nic(wire, 0);
  const auto two = open_nic(wire, 1);
  for (const auto& [bytes, segment_bytes] :
       {std::pair{10'000UL, 1452U}, {65'000UL, 1200U}, {65'000UL, 200U}, {7UL, 9U}}) {
    const std::string all = test_bytes(bytes);
    Packets came;
    ASSERT_TRUE(send_packets(one->queue(0), nic_address(1, GetParam()), all, segment_bytes));
    const size_t packets = (bytes + segment_bytes - 1) / segment_bytes;
    ASSERT_TRUE(
        run_queues({&one->queue(0), &two->queue(0)}, came, [&] { return came[1].size() == packets; }));
    std::string joined;
    for (const NicPacket& packet : came[1]) {
      EXPECT_LE(packet.payload.size(), segment_bytes);
      joined += packet.payload;
    }
    EXPECT_EQ(joined, all);
  }
  EXPECT_EQ(figure(*one, "bytes_copied"), 140'007U) << "each byte once";
  EXPECT_EQ(figure(*two, "bytes_copied"), 0U);
  EXPECT_EQ(figure(*one, "send_refused"), 0U);
}

TEST_P(DpdkPortTest, JumboFramesPassWhereTheMtuAllowsThem) {
  RingWire wire;
  const auto one = open_nic(wire, 0, 1, "mtu=9000");
  const auto two = open_nic(wire, 1, 1, "mtu=9000");
  const uint32_t most = one->queue(0).packet_bytes_max(nic_address(1, GetParam()));
  EXPECT_EQ(most, GetParam() == AF_INET ? 8972U : 8952U);
  Packets came;
  ASSERT_TRUE(send_packets(one->queue(0), nic_address(1, GetParam()), test_bytes(5 * most), most));
  ASSERT_TRUE(run_queues({&one->queue(0), &two->queue(0)}, came, [&] { return came[1].size() == 5; }));
  EXPECT_EQ(came[1][4].payload.size(), most);
  ASSERT_TRUE(send_packets(one->queue(0), nic_address(1, GetParam()), test_bytes(most + 1), most + 1));
  EXPECT_EQ(one->queue(0).counters().send_refused, 1U) << "nothing is cut to fragments";
}

TEST(DpdkPort, AVlanIsWornByAllFramesAndOthersAreDropped) {
  RingWire wire;
  const auto one = open_nic(wire, 0, 1, "vlan=7");
  const auto two = open_nic(wire, 1, 1, "vlan=7");
  Packets came;
  ASSERT_TRUE(send_packets(one->queue(0), nic_address(1), "tagged", 6));
  ASSERT_TRUE(run_queues({&one->queue(0), &two->queue(0)}, came, [&] { return !came[1].empty(); }));
  ASSERT_TRUE(wire.inject(0, frame_from(40'000, "not tagged", one->device().mac())));
  ASSERT_TRUE(
      run_queues({&one->queue(0)}, came, [&] { return figure(*one, "frames_dropped", "other_vlan") == 1; }));
}

TEST(DpdkPort, PacketsOfAConnectionComeToTheQueueThatSteeringNames) {
  RingWire wire;
  const auto server = open_nic(wire, 0, 3);
  const auto client = open_nic(wire, 1);
  server->steer_by([](Bytes packet) -> std::optional<size_t> {
    if (packet[0] == '?') return {};
    return static_cast<size_t>(packet[0] - '0');
  });
  Packets came;
  const std::vector<PacketQueue*> queues{&client->queue(0), &server->queue(0), &server->queue(1),
                                         &server->queue(2)};
  // They find each other first: of those that wait for that one alone is kept.
  ASSERT_TRUE(send_packets(client->queue(0), nic_address(0), "0", 1));
  ASSERT_TRUE(run_queues(queues, came, [&] { return came[1].size() == 1; }));
  came.clear();
  size_t sent = 0;
  for (int round = 0; round < 30; ++round) {
    for (const char* const to : {"0", "1", "2", "?", "9"})
      sent += send_packets(client->queue(0), nic_address(0), to, 1) ? 1 : 0;
    ASSERT_TRUE(
        run_queues(queues, came, [&] { return came[1].size() + came[2].size() + came[3].size() == sent; }));
  }
  ASSERT_EQ(sent, 150U);
  size_t of_the_flow = 0;
  for (size_t queue = 0; queue < 3; ++queue) {
    size_t steered = 0;
    for (const NicPacket& packet : came[queue + 1])
      steered += packet.payload == std::to_string(queue) ? 1 : 0;
    EXPECT_EQ(steered, 30U) << queue;
    const size_t others = came[queue + 1].size() - steered;
    EXPECT_TRUE(others == 0 || others == 60) << "what names no queue stays together";
    of_the_flow += others;
  }
  EXPECT_EQ(of_the_flow, 60U);
  EXPECT_GT(figure(*server, "packets_steered"), 0U);
  EXPECT_EQ(figure(*server, "frames_dropped", "queue_full"), 0U);
}

TEST(DpdkPort, PacketsOfAFlowStayTogetherAndFlowsAreSpread) {
  RingWire wire;
  const auto server = open_nic(wire, 0, 4);
  const std::vector<PacketQueue*> queues{&server->queue(0), &server->queue(1), &server->queue(2),
                                         &server->queue(3)};
  for (uint16_t source = 40'000; source < 40'064; ++source) {
    for (int again = 0; again < 3; ++again)
      ASSERT_TRUE(wire.inject(0, frame_from(source, "hi", server->device().mac())));
  }
  Packets came;
  ASSERT_TRUE(run_queues(queues, came, [&] {
    return came[0].size() + came[1].size() + came[2].size() + came[3].size() == 192;
  }));
  std::set<uint16_t> seen;
  for (const auto& packets : came) {
    EXPECT_GT(packets.size(), 0U);
    std::map<uint16_t, int> flows;
    for (const NicPacket& packet : packets) ++flows[packet.path.remote.port()];
    for (const auto& [flow, count] : flows) {
      EXPECT_EQ(count, 3) << flow;
      EXPECT_TRUE(seen.insert(flow).second) << flow;
    }
  }
}

TEST(DpdkPort, AQueueThatNobodyReadsLosesItsPacketsAloneAndTheyAreCounted) {
  RingWire wire;
  const auto server = open_nic(wire, 0, 2, "descriptors=256");
  server->steer_by([](Bytes packet) { return std::optional<size_t>(packet[0] - '0'); });
  Packets came;
  const MacAddress mac = server->device().mac();
  size_t read = 0;
  for (int i = 0; i < 1'000; ++i) {
    ASSERT_TRUE(wire.inject(0, frame_from(40'000, "1", mac)));
    ASSERT_TRUE(wire.inject(0, frame_from(40'000, "0", mac)));
    ASSERT_TRUE(run_queues({&server->queue(0)}, came, [&] { return came[0].size() == read + 1; }));
    ++read;
  }
  const uint64_t lost = figure(*server, "frames_dropped", "queue_full");
  EXPECT_GT(lost, 0U);
  Packets late;
  ASSERT_TRUE(run_queues({&server->queue(1)}, late, [&] { return late[0].size() + lost == 1'000; }));
}

TEST(DpdkPort, WhatTheDeviceDoesNotTakeWaitsAndNothingIsLost) {
  RingWire wire(1, 64);
  const auto one = open_nic(wire, 0);
  const auto two = open_nic(wire, 1);
  Packets came;
  const std::vector<PacketQueue*> both{&one->queue(0), &two->queue(0)};
  ASSERT_TRUE(send_packets(one->queue(0), nic_address(1), "first", 5));
  ASSERT_TRUE(run_queues(both, came, [&] { return came[1].size() == 1; }));
  const std::string bytes = test_bytes(20'000);
  size_t trains = 0;
  while (send_packets(one->queue(0), nic_address(1), bytes, 1'000)) ASSERT_LT(++trains, 100U);
  EXPECT_GT(trains, 3U);
  EXPECT_TRUE(one->queue(0).reserve().empty());
  EXPECT_GT(figure(*one, "send_full"), 0U);
  ASSERT_TRUE(run_queues(both, came, [&] { return came[1].size() == 1 + 20 * trains; }));
  for (size_t i = 1; i < came[1].size(); ++i)
    ASSERT_EQ(came[1][i].payload, bytes.substr((i - 1) % 20 * 1'000, 1'000)) << i;
  EXPECT_FALSE(one->queue(0).reserve().empty());
  EXPECT_EQ(one->queue(0).counters().packets_out, 1 + 20 * trains);
}

TEST(DpdkPort, AWaitEndsWhenThereIsRoomAgain) {
  RingWire wire(1, 64);
  const auto one = open_nic(wire, 0);
  const auto two = open_nic(wire, 1);
  Packets came;
  ASSERT_TRUE(send_packets(one->queue(0), nic_address(1), "first", 5));
  ASSERT_TRUE(run_queues({&one->queue(0), &two->queue(0)}, came, [&] { return came[1].size() == 1; }));
  while (send_packets(one->queue(0), nic_address(1), test_bytes(20'000), 1'000)) {
  }
  std::thread reader([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    (void)run_queues({&two->queue(0)}, came, [&] { return came[0].size() > 100; });
  });
  one->queue(0).wait(Clock::time_point::max());
  EXPECT_FALSE(one->queue(0).reserve().empty());
  reader.join();
}

TEST(DpdkPort, APoolThatIsUsedUpIsCountedAndRecovers) {
  RingWire wire(1, 4096);
  const auto one = open_nic(wire, 0, 1, "descriptors=64,mbufs=320");
  const auto two = open_nic(wire, 1);
  Packets came;
  const std::vector<PacketQueue*> both{&one->queue(0), &two->queue(0)};
  ASSERT_TRUE(send_packets(one->queue(0), nic_address(1), "first", 5));
  ASSERT_TRUE(run_queues(both, came, [&] { return came[1].size() == 1; }));
  size_t trains = 0;
  while (send_packets(one->queue(0), nic_address(1), test_bytes(20'000), 200)) ASSERT_LT(++trains, 100U);
  EXPECT_GT(figure(*one, "no_send_buffer"), 0U);
  ASSERT_TRUE(run_queues(both, came, [&] { return came[1].size() == 1 + 100 * trains; }));
  EXPECT_EQ(one->queue(0).counters().send_refused, 0U);
}

TEST(DpdkPort, PacketsToANeighbourThatIsNotThereAreRefusedAfterAWhile) {
  RingWire wire;
  const auto one = open_nic(wire, 0);
  Packets came;
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(send_packets(one->queue(0), nic_address(1), "anybody?", 4));
  EXPECT_EQ(figure(*one, "trains_held"), 1U) << "of a neighbour the newest";
  EXPECT_EQ(figure(*one, "held_out"), 19 * 2U);
  EXPECT_EQ(one->queue(0).counters().send_refused, 0U);
  ASSERT_TRUE(run_queues({&one->queue(0)}, came, [&] { return one->queue(0).counters().send_refused == 2; }));
  EXPECT_EQ(figure(*one, "trains_held"), 0U);
  EXPECT_GE(figure(*one, "requests_sent"), 1U);
  EXPECT_EQ(one->queue(0).counters().packets_out, 0U);
}

NetAddress absent_neighbour(size_t number) {
  return parse_net_address("10.0.0." + std::to_string(100 + number) + ":4433").value();
}

TEST(DpdkPort, WhateverNeighboursItIsMadeToLookForTrainsToAGatewayAndToTheLastNeighbourArrive) {
  RingWire wire;
  const auto one = open_nic(wire, 0, 1, "gw=10.0.0.2");
  const auto two = open_nic(wire, 1, 1, "addr=192.0.2.9/32,addr=10.0.0.99/32");
  ASSERT_TRUE(send_packets(one->queue(0), parse_net_address("192.0.2.9:4433").value(), "far", 3));
  for (size_t i = 0; i < 20; ++i)
    ASSERT_TRUE(send_packets(one->queue(0), absent_neighbour(i), "anybody?", 8));
  ASSERT_TRUE(send_packets(one->queue(0), parse_net_address("10.0.0.99:4433").value(), "near", 4));
  EXPECT_EQ(figure(*one, "trains_held"), 8U);
  EXPECT_EQ(figure(*one, "held_out"), 14U);
  Packets came;
  ASSERT_TRUE(run_queues({&one->queue(0), &two->queue(0)}, came, [&] { return came[1].size() == 2; }));
  EXPECT_EQ(came[1][0].payload + came[1][1].payload, "farnear");
}

TEST(DpdkPort, AnswersToWhoeverAsksWaitForNobody) {
  RingWire wire;
  const auto one = open_nic(wire, 0);
  const auto two = open_nic(wire, 1);
  ASSERT_TRUE(send_packets(one->queue(0), nic_address(1), "kept", 4));
  for (size_t i = 0; i < 20; ++i)
    ASSERT_TRUE(send_packets(one->queue(0), absent_neighbour(i), "who?", 4, 0, {}, true));
  EXPECT_EQ(figure(*one, "trains_held"), 1U);
  EXPECT_EQ(figure(*one, "held_out"), 0U);
  EXPECT_EQ(one->queue(0).counters().send_refused, 20U);
  Packets came;
  ASSERT_TRUE(run_queues({&one->queue(0), &two->queue(0)}, came, [&] { return came[1].size() == 1; }));
  ASSERT_TRUE(send_packets(one->queue(0), nic_address(1), "passing", 7, 0, {}, true));
  EXPECT_TRUE(run_queues({&one->queue(0), &two->queue(0)}, came, [&] { return came[1].size() == 2; }));
}

TEST(DpdkPort, OfJumboFramesTheWholeWayIsKnownToNeighboursAlone) {
  RingWire wire;
  const auto jumbo = open_nic(wire, 0, 1, "mtu=9000,gw=10.0.0.2");
  const auto plain = open_nic(wire, 1);
  const NetAddress beyond = parse_net_address("192.0.2.9:4433").value();
  EXPECT_TRUE(jumbo->queue(0).knows_whole_way(nic_address(1)));
  EXPECT_FALSE(jumbo->queue(0).knows_whole_way(beyond));
  EXPECT_EQ(jumbo->queue(0).packet_bytes_max(beyond), 8'972U);
  EXPECT_FALSE(plain->queue(0).knows_whole_way(nic_address(0)));
}

TEST(DpdkPort, APlaceWithoutARouteIsRefusedAtOnce) {
  RingWire wire;
  const auto one = open_nic(wire, 0);
  ASSERT_TRUE(send_packets(one->queue(0), parse_net_address("192.0.2.1:9").value(), "lost", 4));
  EXPECT_EQ(one->queue(0).counters().send_refused, 1U);
  EXPECT_FALSE(one->queue(0).check_way(parse_net_address("192.0.2.1:9").value()));
  EXPECT_TRUE(one->queue(0).check_way(nic_address(1)));
  const auto routed = open_nic(wire, 1, 1, "gw=10.0.0.1");
  EXPECT_TRUE(routed->queue(0).check_way(parse_net_address("192.0.2.1:9").value()));
}

TEST(DpdkPort, APortThatIsPulledFailsAndSaysSo) {
  RingWire wire;
  const auto port = open_nic(wire, 0, 2);
  std::vector<PacketTrain> burst(4);
  ASSERT_TRUE(port->queue(0).receive(burst));
  wire.unplug(0);
  for (const size_t queue : {0, 1}) {
    // It ends by itself: nobody wakes it.
    port->queue(queue).wait(Clock::time_point::max());
    const Result<size_t> came = port->queue(queue).receive(burst);
    ASSERT_FALSE(came);
    EXPECT_NE(came.error().message().find("is gone"), std::string::npos) << came.error().message();
  }
  EXPECT_EQ(figure(*port, "link_up"), 0U);
}

TEST(DpdkPort, WakesAPresentWaitAndTheNextOne) {
  RingWire wire;
  const auto port = open_nic(wire, 0);
  PacketQueue& queue = port->queue(0);
  queue.wake();
  queue.wait(Clock::time_point::max());
  std::thread waker([&queue] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    queue.wake();
  });
  queue.wait(Clock::time_point::max());
  waker.join();
  const auto begin = Clock::now();
  queue.wait(begin + std::chrono::milliseconds(30));
  EXPECT_GE(Clock::now() - begin, std::chrono::milliseconds(30));
}

TEST(DpdkPort, AWaitEndsWithAPacketThatTheNextReceiveBrings) {
  RingWire wire;
  const auto port = open_nic(wire, 0, 2);
  port->steer_by([](Bytes) { return std::optional<size_t>(1); });
  std::thread sender([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    wire.inject(0, frame_from(40'000, "hello", port->device().mac()));
  });
  // Whichever of the two polls, the packet is for the second.
  std::thread other([&] { port->queue(0).wait(Clock::time_point::max()); });
  port->queue(1).wait(Clock::time_point::max());
  std::vector<PacketTrain> burst(4);
  EXPECT_EQ(port->queue(1).receive(burst).value(), 1U);
  EXPECT_EQ(as_text(burst[0].bytes), "hello");
  port->queue(0).wake();
  other.join();
  sender.join();
}

TEST(DpdkPort, TellsWhatItCountsAndWhatNobodyKnows) {
  RingWire wire;
  const auto port = open_nic(wire, 0, 2);
  EXPECT_EQ(port->queue_count(), 2U);
  EXPECT_EQ(port->local_address(), nic_address(0));
  EXPECT_NE(port->name().find("dpdk net_ring"), std::string::npos) << port->name();
  EXPECT_FALSE(port->queue(0).counters().missed) << "rings do not count what they miss";
  bool missed_there = false;
  for (const PortFigure& each : port->figures()) {
    if (each.name != "missed") continue;
    missed_there = true;
    EXPECT_FALSE(each.value);
  }
  EXPECT_TRUE(missed_there);
  EXPECT_EQ(figure(*port, "link_up"), 1U);
  ASSERT_TRUE(wire.inject(0, std::vector<uint8_t>(10)));
  Packets came;
  ASSERT_TRUE(
      run_queues({&port->queue(0)}, came, [&] { return figure(*port, "frames_dropped", "truncated") == 1; }));
}

TEST(DpdkPort, NoFigureRepeatsACounterAndStatesAreToldFromCounts) {
  RingWire wire;
  const auto port = open_nic(wire, 0, 2);
  const std::set<std::string> counters{"packets_in", "bytes_in", "packets_out", "bytes_out", "send_refused"};
  const std::set<std::string> states{"link_up", "neighbours_known", "neighbours_silent", "trains_held"};
  std::set<std::string> seen;
  for (const PortFigure& each : port->figures()) {
    EXPECT_FALSE(counters.contains(each.name)) << each.name;
    EXPECT_EQ(each.gauge, states.contains(each.name)) << each.name;
    seen.insert(each.name);
  }
  EXPECT_TRUE(std::ranges::includes(seen, states));
}

TEST(DpdkPort, AnEphemeralPortIsChosenForClients) {
  RingWire wire;
  PortRequest request;
  request.nic = nic_of(wire.port(0), "addr=10.0.0.1/24");
  const auto port = DpdkPort::open(request);
  ASSERT_TRUE(port) << port.error().message();
  EXPECT_GE((*port)->local_address().port(), 49'152);
  EXPECT_FALSE(DpdkPort::open({.nic = request.nic, .udp_port = 1, .queues = 0}));
}

}  // namespace
}  // namespace penstock
