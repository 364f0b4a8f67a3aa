// SPDX-License-Identifier: Apache-2.0
#include "drivers/ipstack/arp.h"

#include "unit/ipstack/lone_stack.h"

namespace penstock {
namespace {

using ArpTest = LoneStack;

// The shortest frame that Ethernet has, with zeros behind what is given.
Frame padded(Frame frame) {
  frame.resize(60);
  return frame;
}

TEST_F(ArpTest, ARequestIsAnsweredByteByByte) {
  const Received received = receive(
      hex("ffffffffffff 020000000002 0806 0001 0800 06 04 0001 020000000002 c0000202 000000000000 c0000201"));
  EXPECT_EQ(received.arrival.kind, FrameArrival::Kind::answered);
  EXPECT_EQ(received.answer, padded(hex("020000000002 020000000001 0806 0001 0800 06 04 0002 020000000001 "
                                        "c0000201 020000000002 c0000202")));
  EXPECT_EQ(stack->counters().answers_sent, 1U);
}

TEST_F(ArpTest, AVlanTagIsInBothDirections) {
  config.vlan = 0x123;
  open();
  const Received received = receive(with_tag(arp_request(2, "192.0.2.2", "192.0.2.1"), 0x123));
  EXPECT_EQ(received.answer,
            padded(hex("020000000002 020000000001 8100 0123 0806 0001 0800 06 04 0002 020000000001 "
                       "c0000201 020000000002 c0000202")));
}

TEST_F(ArpTest, APriorityTagIsNotSentBack) {
  const Received received = receive(with_tag(arp_request(2, "192.0.2.2", "192.0.2.1"), 0));
  ASSERT_EQ(received.answer.size(), 60U);
  EXPECT_EQ(received.answer[12], 0x08);
  EXPECT_EQ(received.answer[13], 0x06);
}

TEST_F(ArpTest, WhoeverTriesOutThePortsAddressIsToldThatItIsTaken) {
  const Received received = receive(arp_request(2, "0.0.0.0", "192.0.2.1"));
  EXPECT_EQ(received.answer, padded(hex("020000000002 020000000001 0806 0001 0800 06 04 0002 020000000001 "
                                        "c0000201 020000000002 00000000")));
  EXPECT_EQ(stack->counters().neighbours_known, 0U);
}

TEST_F(ArpTest, ANeighbourIsAskedForByteByByte) {
  EXPECT_EQ(way_to("192.0.2.2"), IpStack::Way::resolving);
  const std::vector<Frame> sent = requests();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0], padded(hex("ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 c0000201 "
                                "000000000000 c0000202")));
  EXPECT_EQ(stack->counters().requests_sent, 1U);
  expect_taken(arp_reply(2, "192.0.2.2"));
  EXPECT_EQ(station_of("192.0.2.2"), test_mac(2));
}

TEST_F(ArpTest, AProbeGoesToTheStationThatIsKnown) {
  receive(arp_request(2, "192.0.2.2", "192.0.2.1"));
  EXPECT_EQ(station_of("192.0.2.2"), test_mac(2));
  pass(5);
  const std::vector<Frame> sent = requests();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0], padded(hex("020000000002 020000000001 0806 0001 0800 06 04 0001 020000000001 c0000201 "
                                "020000000002 c0000202")));
}

TEST_F(ArpTest, WhoAsksForThePortIsKnownWithoutBeingAsked) {
  receive(arp_request(2, "192.0.2.2", "192.0.2.1"));
  EXPECT_EQ(station_of("192.0.2.2"), test_mac(2));
  EXPECT_TRUE(requests().empty());
}

TEST_F(ArpTest, WhoAsksForOthersOrAnnouncesHimselfIsNotEntered) {
  receive(arp_request(2, "192.0.2.2", "192.0.2.3"));
  receive(arp_request(2, "192.0.2.2", "192.0.2.2"));
  expect_taken(arp_reply(2, "192.0.2.2"));
  EXPECT_EQ(stack->counters().neighbours_known, 0U);
}

TEST_F(ArpTest, AnAnnouncementMovesANeighbourThatIsKnown) {
  receive(arp_request(2, "192.0.2.2", "192.0.2.1"));
  ASSERT_EQ(station_of("192.0.2.2"), test_mac(2));
  const uint64_t before = stack->generation();
  expect_taken(arp_request(2, "192.0.2.2", "192.0.2.2"));
  EXPECT_EQ(stack->generation(), before);  // nothing new
  expect_taken(arp_request(7, "192.0.2.2", "192.0.2.2"));
  EXPECT_NE(stack->generation(), before);
  EXPECT_EQ(station_of("192.0.2.2"), test_mac(7));
}

TEST_F(ArpTest, WhoSaysThatANeighbourMovedAndMovedIsHeardOnlySoOften) {
  receive(arp_request(2, "192.0.2.2", "192.0.2.1"));
  constexpr unsigned kFrames = 10'000;
  for (unsigned i = 0; i < kFrames; ++i)
    expect_taken(arp_request(static_cast<uint8_t>(7 + i % 2), "192.0.2.2", "192.0.2.2"));
  const uint64_t moved = stack->counters().neighbours_moved;
  EXPECT_GE(moved, 10U);
  EXPECT_LE(moved, 100U);
  pass(1);
  expect_taken(arp_request(20, "192.0.2.2", "192.0.2.2"));
  EXPECT_EQ(station_of("192.0.2.2"), test_mac(20));
}

TEST_F(ArpTest, AnAnswerForAnotherNetworkTeachesNothing) {
  const Received received = receive(arp_request(2, "198.51.100.2", "192.0.2.1"));
  EXPECT_EQ(received.arrival.kind, FrameArrival::Kind::answered);
  EXPECT_EQ(stack->counters().neighbours_known, 0U);
}

TEST_F(ArpTest, WithoutRoomThereIsNoAnswer) {
  Frame frame = arp_request(2, "192.0.2.2", "192.0.2.1");
  const FrameArrival arrival = stack->receive(frame, {}, now_ns, {});
  EXPECT_EQ(arrival.kind, FrameArrival::Kind::dropped);
  EXPECT_EQ(arrival.drop, FrameDrop::too_many_answers);
}

TEST_F(ArpTest, NeighboursThatOnlyAnAnswerIsForAreAskedForSparinglyAndLeaveRoomForOthers) {
  requests();
  for (int host = 2; host < 250; ++host) {
    const NetPath path{{}, test_address("192.0.2." + std::to_string(host), 50000)};
    EXPECT_EQ(stack->find_way(path, now_ns, head, IpStack::Asking::sparingly), IpStack::Way::resolving);
  }
  const size_t asked = requests().size();
  EXPECT_GE(asked, 5U);
  EXPECT_LE(asked, 20U);
  EXPECT_EQ(way_to("192.0.2.250"), IpStack::Way::resolving);
  EXPECT_EQ(requests().size(), 1U);
  expect_taken(arp_reply(250, "192.0.2.250"));
  const NetPath known{{}, test_address("192.0.2.250", 50000)};
  EXPECT_EQ(stack->find_way(known, now_ns, head, IpStack::Asking::sparingly), IpStack::Way::ready);
}

}  // namespace
}  // namespace penstock
