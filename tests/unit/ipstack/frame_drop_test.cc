// SPDX-License-Identifier: Apache-2.0
#include "drivers/ipstack/frame_drop.h"

#include <set>

#include "unit/ipstack/lone_stack.h"

namespace penstock {
namespace {

constexpr std::string_view kMine = "192.0.2.1";
constexpr std::string_view kPeer = "192.0.2.2";
constexpr std::string_view kMine6 = "2001:db8::1";
constexpr std::string_view kPeer6 = "2001:db8::2";

// Each reason has a test of its name, but for too_many_answers, which answer_limit_test.cc has.
class FrameDropTest : public LoneStack {
 protected:
  static Frame udp4(uint16_t to_port = kTestPort, uint16_t from_port = 50000) {
    return udp_content(kPeer, kMine, from_port, to_port, "hello");
  }
  static Frame udp6() { return udp_content(kPeer6, kMine6, 50000, kTestPort, "hello"); }
  static Frame frame4(const MadeIp& ip, const Frame& content) {
    return ip_frame(test_mac(1), test_mac(2), ip_packet(ip, content));
  }
  static MadeIp ip4() { return {.source = kPeer, .destination = kMine}; }
  static MadeIp ip6() { return {.source = kPeer6, .destination = kMine6}; }
  static Frame cut(Frame frame, size_t bytes) {
    frame.resize(frame.size() - bytes);
    return frame;
  }
  static Frame changed(Frame frame, size_t at, uint8_t value) {
    EXPECT_NE(frame[at], value);
    frame[at] = value;
    return frame;
  }
};

TEST(FrameDropNameTest, EachHasItsOwn) {
  std::set<std::string_view> names;
  for (size_t i = 0; i < kFrameDrops; ++i) names.insert(frame_drop_name(static_cast<FrameDrop>(i)));
  EXPECT_EQ(names.size(), kFrameDrops);
  EXPECT_EQ(frame_drop_name(FrameDrop::truncated), "truncated");
  EXPECT_EQ(frame_drop_name(FrameDrop::other_port), "other_port");
  EXPECT_EQ(frame_drop_name(FrameDrop::bad_udp_checksum), "bad_udp_checksum");
  EXPECT_EQ(frame_drop_name(FrameDrop::too_many_answers), "too_many_answers");
}

TEST_F(FrameDropTest, Truncated) {
  expect_drop(FrameDrop::truncated, {});
  expect_drop(FrameDrop::truncated, Frame(13, 0));
  for (const std::string_view source : {kPeer, kPeer6}) {
    const bool ipv6 = source == kPeer6;
    const Frame whole = frame4(ipv6 ? ip6() : ip4(), ipv6 ? udp6() : udp4());
    for (size_t left = 14; left < whole.size(); ++left)
      expect_drop(FrameDrop::truncated, {whole.begin(), whole.begin() + static_cast<ptrdiff_t>(left)});
    const Frame tagged = with_tag(whole, 0);
    expect_drop(FrameDrop::truncated, {tagged.begin(), tagged.begin() + 17});
  }
  // A packet that is all there, but too small for what it carries.
  expect_drop(FrameDrop::truncated, frame4(ip4(), Frame(7, 0)));
  expect_drop(FrameDrop::truncated, frame4({.source = kPeer, .destination = kMine, .protocol = 1}, {8, 0}));
  expect_drop(FrameDrop::truncated, cut(ethernet_frame(kAllStations, test_mac(2), 0x0806,
                                                       arp_content({.sender = kPeer, .target = kMine})),
                                        1));
  expect_drop(FrameDrop::truncated, frame4({.source = kPeer, .destination = kMine, .protocol = 1},
                                           icmp_content(kPeer, kMine, 3, 4, {0, 0})));
}

TEST_F(FrameDropTest, OtherMac) {
  const Frame packet = ip_packet(ip4(), udp4());
  expect_drop(FrameDrop::other_mac, ip_frame(test_mac(3), test_mac(2), packet));
  // A packet for one host, sent to all (RFC 1122, section 3.3.6).
  expect_drop(FrameDrop::other_mac, ip_frame(kAllStations, test_mac(2), packet));
  const Frame packet6 = ip_packet(ip6(), udp6());
  expect_drop(FrameDrop::other_mac, ip_frame({{0x33, 0x33, 0xff, 0, 0, 1}}, test_mac(2), packet6));
  expect_drop(FrameDrop::other_mac, ip_frame({{0x33, 0x33, 0xff, 0, 0, 9}}, test_mac(2), packet6));
  expect_drop(FrameDrop::other_mac, ethernet_frame({{1, 0, 0x5e, 0, 0, 1}}, test_mac(2), 0x0806,
                                                   arp_content({.sender = kPeer, .target = kMine})));
}

TEST_F(FrameDropTest, OtherVlan) {
  const Frame frame = udp_frame(kPeer, kMine);
  expect_drop(FrameDrop::other_vlan, with_tag(frame, 5));
  expect_drop(FrameDrop::other_vlan, with_tag(with_tag(frame, 0), 0));
  expect_drop(FrameDrop::other_vlan, ethernet_frame(test_mac(1), test_mac(2), 0x88a8, Frame(60, 0)));
  config.vlan = 5;
  open();
  expect_drop(FrameDrop::other_vlan, frame);
  expect_drop(FrameDrop::other_vlan, with_tag(frame, 0));
  expect_drop(FrameDrop::other_vlan, with_tag(frame, 6));
}

TEST_F(FrameDropTest, OtherProtocol) {
  expect_drop(FrameDrop::other_protocol, ethernet_frame(test_mac(1), test_mac(2), 0x88cc, Frame(46, 0)));
  expect_drop(FrameDrop::other_protocol, ethernet_frame(test_mac(1), test_mac(2), 46, Frame(46, 0)));
  for (const uint8_t protocol : std::initializer_list<uint8_t>{2, 6, 58})
    expect_drop(FrameDrop::other_protocol,
                frame4({.source = kPeer, .destination = kMine, .protocol = protocol}, udp4()));
  for (const uint8_t protocol : std::initializer_list<uint8_t>{1, 6, 59})
    expect_drop(FrameDrop::other_protocol,
                frame4({.source = kPeer6, .destination = kMine6, .protocol = protocol}, udp6()));
}

TEST_F(FrameDropTest, OtherAddress) {
  for (const std::string_view to : {"192.0.2.3", "192.0.2.255", "192.0.2.0", "255.255.255.255", "224.0.0.1"})
    expect_drop(FrameDrop::other_address, udp_frame(kPeer, to));
  for (const std::string_view to : {"2001:db8::3", "ff02::fb", "ff02::1:ff00:9", "fe80::1"})
    expect_drop(FrameDrop::other_address, udp_frame(kPeer6, to));
  // Groups that the port is in, but for NDP alone.
  for (const std::string_view to : {"ff02::1", "ff02::1:ff00:1"})
    expect_drop(FrameDrop::other_address, udp_frame(kPeer6, to));
  expect_drop(FrameDrop::other_address, arp_request(2, kPeer, "192.0.2.3"));
  expect_drop(FrameDrop::other_address, arp_request(2, kPeer, kPeer));  // an announcement
  expect_drop(FrameDrop::other_address,
              ip_frame({{0x33, 0x33, 0xff, 0, 0, 1}}, test_mac(2),
                       ndp_packet(kPeer6, "ff02::1:ff00:1", {.target = "2001:db8:1::1"})));
}

TEST_F(FrameDropTest, OtherPort) {
  expect_drop(FrameDrop::other_port, frame4(ip4(), udp4(kTestPort + 1)));
}

TEST_F(FrameDropTest, Fragment) {
  for (const uint16_t fragment : std::initializer_list<uint16_t>{0x2000, 0x0001, 0x3fff}) {
    MadeIp ip = ip4();
    ip.fragment = fragment;
    expect_drop(FrameDrop::fragment, frame4(ip, udp4()));
  }
  MadeIp ip = ip6();
  ip.protocol = 44;
  expect_drop(FrameDrop::fragment, frame4(ip, join({{17, 0, 0, 0, 0, 0, 0, 1}, udp6()})));
}

TEST_F(FrameDropTest, ExtensionHeader) {
  for (const uint8_t next : std::initializer_list<uint8_t>{0, 43, 50, 51, 60, 135, 139, 140}) {
    MadeIp ip = ip6();
    ip.protocol = next;
    expect_drop(FrameDrop::extension_header, frame4(ip, join({{17, 0, 1, 4, 0, 0, 0, 0}, udp6()})));
  }
}

TEST_F(FrameDropTest, BadHeader) {
  const Frame frame = udp_frame(kPeer, kMine);
  expect_drop(FrameDrop::bad_header, changed(frame, 14, 0x44));  // shorter than any header
  expect_drop(FrameDrop::bad_header, changed(frame, 14, 0x55));
  Frame shorter = frame;
  shorter[16] = 0;
  shorter[17] = 19;  // shorter than its header
  expect_drop(FrameDrop::bad_header, shorter);
  expect_drop(FrameDrop::bad_header, changed(udp_frame(kPeer6, kMine6), 14, 0x40));
  Frame udp = udp4();
  udp[5] = 7;  // shorter than its own header
  expect_drop(FrameDrop::bad_header, frame4(ip4(), udp));
  udp[5] = 14;  // longer than its packet
  expect_drop(FrameDrop::bad_header, frame4(ip4(), udp));
}

TEST_F(FrameDropTest, BadIpChecksum) {
  const Frame frame = udp_frame(kPeer, kMine);
  for (size_t at = 15; at < 34; ++at) {
    if (at == 16 || at == 17) continue;  // the length is looked at first
    expect_drop(FrameDrop::bad_ip_checksum, changed(frame, at, frame[at] ^ 1));
  }
}

TEST_F(FrameDropTest, BadUdpChecksum) {
  for (const bool ipv6 : {false, true}) {
    const Frame frame = ipv6 ? udp_frame(kPeer6, kMine6) : udp_frame(kPeer, kMine);
    const size_t payload = ipv6 ? 62 : 42;
    for (size_t at = payload - 2; at < frame.size(); ++at)
      expect_drop(FrameDrop::bad_udp_checksum, changed(frame, at, frame[at] ^ 0x80));
  }
  // IPv6 has no packets without one (RFC 8200, section 8.1), whatever the NIC says.
  Frame none = udp_frame(kPeer6, kMine6);
  none[60] = none[61] = 0;
  expect_drop(FrameDrop::bad_udp_checksum, none);
  FrameChecks good;
  good.udp = FrameChecks::Verdict::good;
  expect_drop(FrameDrop::bad_udp_checksum, none, good);
}

TEST_F(FrameDropTest, BadIcmpChecksum) {
  Frame echo = icmp_content(kPeer, kMine, 8, 0, {0, 1, 0, 1, 'x'});
  echo[8] ^= 1;
  expect_drop(FrameDrop::bad_icmp_checksum,
              frame4({.source = kPeer, .destination = kMine, .protocol = 1}, echo));
  // Right without the pseudo-header is wrong in IPv6.
  const Frame echo6 = icmp_content(kPeer, kMine, 128, 0, {0, 1, 0, 1, 'x'});
  expect_drop(FrameDrop::bad_icmp_checksum,
              frame4({.source = kPeer6, .destination = kMine6, .protocol = 58}, echo6));
}

TEST_F(FrameDropTest, BadSource) {
  for (const std::string_view from : {"0.0.0.0", "0.1.2.3", "127.0.0.1", "224.0.0.1", "255.255.255.255",
                                      "240.0.0.1", "192.0.2.255", "192.0.2.0", "192.0.2.1"})
    expect_drop(FrameDrop::bad_source, udp_frame(from, kMine));
  for (const std::string_view from :
       {"::", "::1", "ff02::1", "::ffff:192.0.2.9", "2001:db8::1", "fe80::ff:fe00:1"})
    expect_drop(FrameDrop::bad_source, udp_frame(from, kMine6));
  const Frame packet = ip_packet(ip4(), udp4());
  expect_drop(FrameDrop::bad_source, ip_frame(test_mac(1), kAllStations, packet));
  expect_drop(FrameDrop::bad_source, ip_frame(test_mac(1), {{0x33, 0x33, 0, 0, 0, 1}}, packet));
  expect_drop(FrameDrop::bad_source, ip_frame(test_mac(1), test_mac(1), packet));
  expect_drop(FrameDrop::bad_source, frame4(ip4(), udp4(kTestPort, 0)));
  expect_drop(FrameDrop::bad_source,
              ip_frame(test_mac(1), test_mac(2),
                       ip_packet({.source = "::", .destination = kMine6, .protocol = 58},
                                 icmp_content("::", kMine6, 128, 0, {0, 1, 0, 1}))));
}

TEST_F(FrameDropTest, BadArp) {
  const Frame frame = arp_request(2, kPeer, kMine);
  for (const size_t at : {14, 15, 16, 17, 18, 19, 20})
    expect_drop(FrameDrop::bad_arp, changed(frame, at, 99));
  expect_drop(FrameDrop::bad_arp, changed(frame, 21, 0));
  expect_drop(FrameDrop::bad_arp, changed(frame, 21, 3));
  expect_drop(FrameDrop::bad_arp, changed(frame, 22, 1));  // the sender's MAC address is a group's
  for (const std::string_view sender : {"192.0.2.255", "192.0.2.0", "224.0.0.1", "127.0.0.1"})
    expect_drop(FrameDrop::bad_arp, arp_request(2, sender, kMine));
  expect_drop(FrameDrop::bad_arp, arp_reply(2, "0.0.0.0"));
}

TEST_F(FrameDropTest, BadNdp) {
  const auto solicitation = [&](const MadeNdp& ndp, std::string_view source = kPeer6,
                                std::string_view destination = "ff02::1:ff00:1") {
    return ip_frame({{0x33, 0x33, 0xff, 0, 0, 1}}, test_mac(2), ndp_packet(source, destination, ndp));
  };
  expect_drop(FrameDrop::bad_ndp, solicitation({.target = kMine6, .hop_limit = 254}));
  expect_drop(FrameDrop::bad_ndp, solicitation({.target = "ff02::1"}));
  expect_drop(FrameDrop::bad_ndp, solicitation({.target = kMine6, .options = {1, 0, 0, 0, 0, 0, 0, 0}}));
  expect_drop(FrameDrop::bad_ndp, solicitation({.target = kMine6, .options = {1, 2, 0, 0, 0, 0, 0, 0}}));
  expect_drop(FrameDrop::bad_ndp, solicitation({.target = kMine6, .options = {1}}));
  expect_drop(FrameDrop::bad_ndp, solicitation({.target = kMine6, .options = mac_option(1, kAllStations)}));
  // Who has no address yet has no MAC address to tell, and asks the target's group.
  expect_drop(FrameDrop::bad_ndp,
              solicitation({.target = kMine6, .options = mac_option(1, test_mac(2))}, "::"));
  expect_drop(FrameDrop::bad_ndp, solicitation({.target = kMine6}, "::", "ff02::1"));
  // To all, and yet an answer.
  expect_drop(FrameDrop::bad_ndp,
              ip_frame({{0x33, 0x33, 0, 0, 0, 1}}, test_mac(2),
                       ndp_packet(kPeer6, "ff02::1", {.type = 136, .flags = 0x40, .target = kPeer6})));
  // Shorter than it has to be, and of an unknown code.
  const MadeIp ip{.source = kPeer6, .destination = kMine6, .protocol = 58, .hop_limit = 255};
  expect_drop(FrameDrop::bad_ndp, frame4(ip, icmp_content(kPeer6, kMine6, 135, 0, Frame(19, 0))));
  expect_drop(FrameDrop::bad_ndp,
              frame4(ip, icmp_content(kPeer6, kMine6, 135, 1, join({Frame(4, 0), host_bytes(kMine6)}))));
}

TEST_F(FrameDropTest, UnwantedIcmp) {
  const MadeIp ip{.source = kPeer, .destination = kMine, .protocol = 1};
  for (const uint8_t type : std::initializer_list<uint8_t>{0, 3, 4, 5, 11, 13, 17})
    expect_drop(FrameDrop::unwanted_icmp, frame4(ip, icmp_content(kPeer, kMine, type, 0, Frame(36, 0))));
  const MadeIp from6{.source = kPeer6, .destination = kMine6, .protocol = 58, .hop_limit = 255};
  for (const uint8_t type : std::initializer_list<uint8_t>{1, 3, 129, 133, 134, 137})
    expect_drop(FrameDrop::unwanted_icmp, frame4(from6, icmp_content(kPeer6, kMine6, type, 0, Frame(60, 0))));
  // To a group: nobody is multiplied by the port.
  expect_drop(FrameDrop::unwanted_icmp,
              ip_frame({{0x33, 0x33, 0, 0, 0, 1}}, test_mac(2),
                       ip_packet({.source = kPeer6, .destination = "ff02::1", .protocol = 58},
                                 icmp_content(kPeer6, "ff02::1", 128, 0, {0, 1, 0, 1}))));
  // Of a neighbour that nobody asked for.
  expect_drop(FrameDrop::unwanted_icmp, advertisement(2, kPeer6, 0x60));
}

TEST_F(FrameDropTest, AddressConflict) {
  expect_drop(FrameDrop::address_conflict, arp_request(2, kMine, "192.0.2.9"));
  expect_drop(FrameDrop::address_conflict, arp_request(2, kMine, kMine));  // an announcement
  expect_drop(FrameDrop::address_conflict, arp_reply(2, kMine));
  expect_drop(FrameDrop::address_conflict, advertisement(2, kMine6, 0x20));
  expect_drop(FrameDrop::address_conflict,
              ip_frame({{0x33, 0x33, 0xff, 0, 0, 1}}, test_mac(2),
                       ndp_packet(kPeer6, "ff02::1:ff00:1", {.type = 136, .flags = 0x20, .target = kMine6})));
}

}  // namespace
}  // namespace penstock
