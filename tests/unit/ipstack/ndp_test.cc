// SPDX-License-Identifier: Apache-2.0
#include "drivers/ipstack/ndp.h"

#include "drivers/ipstack/big_endian.h"
#include "unit/ipstack/lone_stack.h"

namespace penstock {
namespace {

constexpr MacAddress kGroupOfPort{{0x33, 0x33, 0xff, 0, 0, 1}};

class NdpTest : public LoneStack {
 protected:
  // The ICMPv6 checksum of a frame without a tag, put in its place by the slow one.
  static Frame summed(Frame frame) {
    const Frame content(frame.begin() + 54, frame.end());
    const Frame pseudo = join({Frame(frame.begin() + 22, frame.begin() + 54),
                               {0, 0, 0, static_cast<uint8_t>(content.size()), 0, 0, 0, 58}});
    store_be16(&frame[56], slow_checksum(join({pseudo, content})));
    return frame;
  }
  static Frame solicitation(std::string_view source, std::string_view target, const Frame& options) {
    return ip_frame(kGroupOfPort, test_mac(2),
                    ndp_packet(source, "ff02::1:ff00:1", {.target = target, .options = options}));
  }
};

TEST_F(NdpTest, ASolicitationIsAnsweredByteByByte) {
  const Received received = receive(summed(
      hex("3333ff000001 020000000002 86dd 60000000 0020 3a ff 20010db8000000000000000000000002 "
          "ff0200000000000000000001ff000001 87 00 0000 00000000 20010db8000000000000000000000001 01 01 "
          "020000000002")));
  ASSERT_EQ(received.arrival.kind, FrameArrival::Kind::answered) << frame_drop_name(received.arrival.drop);
  EXPECT_EQ(received.answer,
            summed(hex("020000000002 020000000001 86dd 60000000 0020 3a ff 20010db8000000000000000000000001 "
                       "20010db8000000000000000000000002 88 00 0000 60000000 "
                       "20010db8000000000000000000000001 02 01 020000000001")));
  EXPECT_EQ(station_of("2001:db8::2"), test_mac(2));  // who asked is known
}

TEST_F(NdpTest, AProbeOfOneHostIsAnsweredToo) {
  const Frame packet = ndp_packet("2001:db8::2", "2001:db8::1", {.target = "2001:db8::1"});
  const Received received = receive(ip_frame(test_mac(1), test_mac(2), packet));
  ASSERT_EQ(received.arrival.kind, FrameArrival::Kind::answered);
  // Without the option the answer goes to where the frame came from, and nobody is learnt.
  EXPECT_TRUE(std::equal(received.answer.begin(), received.answer.begin() + 6, test_mac(2).bytes.begin()));
  EXPECT_EQ(stack->counters().neighbours_known, 0U);
}

TEST_F(NdpTest, TheLinkLocalAddressIsServed) {
  const Frame packet = ndp_packet("fe80::2", "ff02::1:ff00:1",
                                  {.target = "fe80::ff:fe00:1", .options = mac_option(1, test_mac(2))});
  const Received received = receive(ip_frame(kGroupOfPort, test_mac(2), packet));
  ASSERT_EQ(received.arrival.kind, FrameArrival::Kind::answered);
  EXPECT_EQ(received.answer, ip_frame(test_mac(2), test_mac(1),
                                      ndp_packet("fe80::ff:fe00:1", "fe80::2",
                                                 {.type = 136,
                                                  .flags = 0x60,
                                                  .target = "fe80::ff:fe00:1",
                                                  .options = mac_option(2, test_mac(1))})));
  EXPECT_EQ(station_of("fe80::2"), test_mac(2));
}

TEST_F(NdpTest, WhoeverTriesOutThePortsAddressIsToldThatItIsTaken) {
  const Received received = receive(solicitation("::", "2001:db8::1", {}));
  ASSERT_EQ(received.arrival.kind, FrameArrival::Kind::answered);
  EXPECT_EQ(
      received.answer,
      ip_frame(
          {{0x33, 0x33, 0, 0, 0, 1}}, test_mac(1),
          ndp_packet(
              "2001:db8::1", "ff02::1",
              {.type = 136, .flags = 0x20, .target = "2001:db8::1", .options = mac_option(2, test_mac(1))})));
}

TEST_F(NdpTest, ANeighbourIsAskedForByteByByte) {
  EXPECT_EQ(way_to("2001:db8::12:3456"), IpStack::Way::resolving);
  const std::vector<Frame> sent = requests();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0],
            summed(hex("3333ff123456 020000000001 86dd 60000000 0020 3a ff 20010db8000000000000000000000001 "
                       "ff0200000000000000000001ff123456 87 00 0000 00000000 "
                       "20010db8000000000000000000123456 01 01 020000000001")));
  expect_taken(advertisement(2, "2001:db8::12:3456", 0x60));
  EXPECT_EQ(station_of("2001:db8::12:3456"), test_mac(2));
}

TEST_F(NdpTest, AProbeGoesToTheStationThatIsKnown) {
  receive(solicitation("2001:db8::2", "2001:db8::1", mac_option(1, test_mac(2))));
  ASSERT_TRUE(station_of("2001:db8::2"));
  pass(5);
  const std::vector<Frame> sent = requests();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0], ip_frame(test_mac(2), test_mac(1),
                              ndp_packet("2001:db8::1", "2001:db8::2",
                                         {.target = "2001:db8::2", .options = mac_option(1, test_mac(1))})));
}

TEST_F(NdpTest, ALinkLocalNeighbourIsAskedFromTheLinkLocalAddress) {
  EXPECT_EQ(way_to("fe80::2"), IpStack::Way::resolving);
  const std::vector<Frame> sent = requests();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0], ip_frame({{0x33, 0x33, 0xff, 0, 0, 2}}, test_mac(1),
                              ndp_packet("fe80::ff:fe00:1", "ff02::1:ff00:2",
                                         {.target = "fe80::2", .options = mac_option(1, test_mac(1))})));
}

TEST_F(NdpTest, OptionsThatAreNotKnownArePassedOver) {
  const Frame nonce = hex("0e 01 010203040506");
  const Received received =
      receive(solicitation("2001:db8::2", "2001:db8::1", join({nonce, mac_option(1, test_mac(2)), nonce})));
  EXPECT_EQ(received.arrival.kind, FrameArrival::Kind::answered);
  EXPECT_EQ(station_of("2001:db8::2"), test_mac(2));
}

// RFC 4861, section 7.2.5.
TEST_F(NdpTest, AnAdvertisementOverridesOnlyIfItSaysSo) {
  way_to("2001:db8::2");
  requests();
  expect_taken(advertisement(2, "2001:db8::2", 0x60));
  ASSERT_EQ(station_of("2001:db8::2"), test_mac(2));
  const uint64_t before = stack->generation();
  expect_taken(advertisement(7, "2001:db8::2", 0));
  EXPECT_EQ(station_of("2001:db8::2"), test_mac(2));
  EXPECT_EQ(stack->generation(), before);
  expect_taken(advertisement(7, "2001:db8::2", 0x20));
  EXPECT_NE(stack->generation(), before);
  EXPECT_EQ(station_of("2001:db8::2"), test_mac(7));
}

TEST_F(NdpTest, AnAdvertisementToAllIsHeard) {
  way_to("2001:db8::2");
  expect_taken(ip_frame(
      {{0x33, 0x33, 0, 0, 0, 1}}, test_mac(2),
      ndp_packet(
          "2001:db8::2", "ff02::1",
          {.type = 136, .flags = 0x20, .target = "2001:db8::2", .options = mac_option(2, test_mac(2))})));
  EXPECT_EQ(station_of("2001:db8::2"), test_mac(2));
}

TEST_F(NdpTest, AnAnswerWithoutAMacAddressResolvesNothing) {
  way_to("2001:db8::2");
  expect_taken(ip_frame(
      test_mac(1), test_mac(2),
      ndp_packet("2001:db8::2", "2001:db8::1", {.type = 136, .flags = 0x40, .target = "2001:db8::2"})));
  EXPECT_EQ(way_to("2001:db8::2"), IpStack::Way::resolving);
}

}  // namespace
}  // namespace penstock
