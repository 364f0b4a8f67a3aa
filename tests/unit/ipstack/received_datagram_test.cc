// SPDX-License-Identifier: Apache-2.0
#include "unit/ipstack/lone_stack.h"

namespace penstock {
namespace {

class ReceivedDatagramTest : public LoneStack {
 protected:
  void expect_datagram(const Frame& frame, std::string_view payload, FrameChecks checks = {}) {
    last = receive(frame, checks);
    ASSERT_EQ(last.arrival.kind, FrameArrival::Kind::datagram) << frame_drop_name(last.arrival.drop);
    EXPECT_EQ(as_text(last.arrival.payload), payload);
    EXPECT_GE(last.arrival.payload.data(), last.frame.data());
    EXPECT_LE(last.arrival.payload.data() + last.arrival.payload.size(),
              last.frame.data() + last.frame.size());
    EXPECT_EQ(last.frame, frame);  // nothing was written to it
  }

  Received last;
};

TEST_F(ReceivedDatagramTest, ItsPathNamesBothEnds) {
  expect_datagram(udp_frame("198.51.100.7", "192.0.2.1"), "hello");
  EXPECT_EQ(last.arrival.path,
            (NetPath{test_address("192.0.2.1", kTestPort), test_address("198.51.100.7", 50000)}));
  expect_datagram(udp_frame("2001:db8:7::7", "2001:db8::1"), "hello");
  EXPECT_EQ(last.arrival.path,
            (NetPath{test_address("2001:db8::1", kTestPort), test_address("2001:db8:7::7", 50000)}));
}

TEST_F(ReceivedDatagramTest, AnyOfThePortsAddressesServes) {
  config.addresses.push_back(test_prefix("203.0.113.9/32"));
  open();
  expect_datagram(udp_frame("198.51.100.7", "203.0.113.9"), "hello");
  EXPECT_EQ(last.arrival.path.local, test_address("203.0.113.9", kTestPort));
  // fe80::/64 by EUI-64 (RFC 4291, appendix A): the MAC address is 02:00:00:00:00:01.
  expect_datagram(udp_frame("fe80::2", "fe80::ff:fe00:1"), "hello");
  EXPECT_EQ(last.arrival.path.local, test_address("fe80::ff:fe00:1", kTestPort));
}

TEST_F(ReceivedDatagramTest, WithoutIpv6ThereIsNoLinkLocalAddress) {
  config.addresses = {test_prefix("192.0.2.1/24")};
  open();
  expect_drop(FrameDrop::other_address, udp_frame("fe80::2", "fe80::ff:fe00:1"));
}

TEST_F(ReceivedDatagramTest, PaddingIsCutOff) {
  for (const bool ipv6 : {false, true}) {
    Frame frame =
        ipv6 ? udp_frame("2001:db8::2", "2001:db8::1", "x") : udp_frame("192.0.2.2", "192.0.2.1", "x");
    frame.resize(frame.size() + 40, 0xee);
    expect_datagram(frame, "x");
  }
  expect_datagram(udp_frame("192.0.2.2", "192.0.2.1", ""), "");
}

TEST_F(ReceivedDatagramTest, WhatUdpLeavesOfItsPacketIsNobodys) {
  const Frame content = join({udp_content("192.0.2.2", "192.0.2.1", 50000, kTestPort, "x"), Frame(9, 0xee)});
  expect_datagram(ip_frame(test_mac(1), test_mac(2),
                           ip_packet({.source = "192.0.2.2", .destination = "192.0.2.1"}, content)),
                  "x");
}

TEST_F(ReceivedDatagramTest, OptionsOfIpv4ArePassedOver) {
  for (const size_t bytes : {4, 16, 40}) {
    const MadeIp ip{.source = "192.0.2.2", .destination = "192.0.2.1", .options = Frame(bytes, 1)};
    expect_datagram(
        ip_frame(test_mac(1), test_mac(2),
                 ip_packet(ip, udp_content(ip.source, ip.destination, 50000, kTestPort, "hello"))),
        "hello");
  }
}

TEST_F(ReceivedDatagramTest, EcnIsReadAndTheRestOfTheTrafficClassIsNot) {
  for (unsigned ecn = 0; ecn < 4; ++ecn) {
    for (const bool ipv6 : {false, true}) {
      const MadeIp ip{.source = ipv6 ? "2001:db8::2" : "192.0.2.2",
                      .destination = ipv6 ? "2001:db8::1" : "192.0.2.1",
                      .traffic_class = static_cast<uint8_t>(0xb8 | ecn)};
      expect_datagram(
          ip_frame(test_mac(1), test_mac(2),
                   ip_packet(ip, udp_content(ip.source, ip.destination, 50000, kTestPort, "hello"))),
          "hello");
      EXPECT_EQ(last.arrival.ecn, ecn);
    }
  }
}

TEST_F(ReceivedDatagramTest, Ipv4NeedsNoUdpChecksum) {
  Frame frame = udp_frame("192.0.2.2", "192.0.2.1");
  frame[40] = frame[41] = 0;
  expect_datagram(frame, "hello");
}

TEST_F(ReceivedDatagramTest, WhatTheNicFoundGoodIsNotLookedAtAgain) {
  Frame frame = udp_frame("192.0.2.2", "192.0.2.1");
  frame[24] ^= 1;
  frame[40] ^= 1;
  FrameChecks checks;
  checks.ip_header = FrameChecks::Verdict::good;
  expect_drop(FrameDrop::bad_udp_checksum, frame, checks);
  checks.udp = FrameChecks::Verdict::good;
  expect_datagram(frame, "hello", checks);
}

TEST_F(ReceivedDatagramTest, PriorityTagsAreNone) {
  const Frame frame = udp_frame("192.0.2.2", "192.0.2.1");
  expect_datagram(with_tag(frame, 0), "hello");
  expect_datagram(with_tag(frame, 0xe000), "hello");
  config.vlan = 5;
  open();
  expect_datagram(with_tag(frame, 5), "hello");
  expect_datagram(with_tag(frame, 0xf005), "hello");
}

TEST_F(ReceivedDatagramTest, PointToPointNetworksHaveNoBroadcast) {
  config.addresses = {test_prefix("192.0.2.1/31")};
  open();
  expect_datagram(udp_frame("192.0.2.0", "192.0.2.1"), "hello");
}

TEST_F(ReceivedDatagramTest, TheLargestPacketsAreTaken) {
  config.mtu = 65535;
  open();
  const std::string payload(65535 - 28, 'x');
  expect_datagram(udp_frame("192.0.2.2", "192.0.2.1", payload), payload);
  const std::string payload6(65535 - 8, 'x');
  expect_datagram(udp_frame("2001:db8::2", "2001:db8::1", payload6), payload6);
}

}  // namespace
}  // namespace penstock
