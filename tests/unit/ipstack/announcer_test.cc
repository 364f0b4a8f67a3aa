// SPDX-License-Identifier: Apache-2.0
#include "drivers/ipstack/announcer.h"

#include "drivers/ipstack/big_endian.h"
#include "unit/ipstack/lone_stack.h"

namespace penstock {
namespace {

constexpr std::string_view kLinkLocal = "fe80::ff:fe00:1";
constexpr std::string_view kReporters = "ff02::16";
constexpr MacAddress kReportersMac{{0x33, 0x33, 0, 0, 0, 0x16}};

// A port with 192.0.2.1, 2001:db8::1 and fe80::ff:fe00:1, which speaks of itself.
class AnnouncerTest : public LoneStack {
 protected:
  AnnouncerTest() {
    config.announces = true;
    open();
  }

  static Frame padded(Frame frame) {
    frame.resize(std::max<size_t>(frame.size(), 60));
    return frame;
  }
  static Frame gratuitous_arp() {
    return padded(ethernet_frame(
        kAllStations, test_mac(1), 0x0806,
        arp_content(
            {.operation = 1, .sender_mac = test_mac(1), .sender = "192.0.2.1", .target = "192.0.2.1"})));
  }
  static Frame unasked_advertisement(std::string_view address) {
    return ip_frame(
        {{0x33, 0x33, 0, 0, 0, 1}}, test_mac(1),
        ndp_packet(address, "ff02::1",
                   {.type = 136, .flags = 0x20, .target = address, .options = mac_option(2, test_mac(1))}));
  }
  // Behind a hop-by-hop header with the router alert.
  static Frame mld_packet(std::string_view source, std::string_view destination, const Frame& message) {
    return ip_packet({.source = source, .destination = destination, .protocol = 0, .hop_limit = 1},
                     join({hex("3a 00 05 02 00 00 01 00"), message}));
  }
  // Of the groups of both addresses, which end alike and so are one.
  static Frame report(uint8_t record) {
    const Frame rest = join({hex("0000 0001"), {record, 0, 0, 0}, host_bytes("ff02::1:ff00:1")});
    return ip_frame(kReportersMac, test_mac(1),
                    mld_packet(kLinkLocal, kReporters, icmp_content(kLinkLocal, kReporters, 143, 0, rest)));
  }
  static Frame query(std::string_view source = "fe80::9", const Frame& more = hex("0000 0000")) {
    const Frame rest = join({hex("03e8 0000"), Frame(16, 0), more});
    return ip_frame({{0x33, 0x33, 0, 0, 0, 1}}, test_mac(9),
                    mld_packet(source, "ff02::1", icmp_content(source, "ff02::1", 130, 0, rest)));
  }
  // Both rounds that it begins with.
  void begin() {
    requests();
    pass(2);
    requests();
  }

  const std::vector<Frame> addresses{gratuitous_arp(), unasked_advertisement("2001:db8::1"),
                                     unasked_advertisement(kLinkLocal)};
};

TEST_F(AnnouncerTest, ItBeginsWithItsAddressesAndGroupsTwice) {
  std::vector<Frame> all = addresses;
  all.push_back(report(4));
  EXPECT_EQ(requests(), all);
  EXPECT_EQ(stack->next_due_ns(), now_ns + Announcer::kBetweenNs);
  pass(1.9);
  EXPECT_TRUE(requests().empty());
  pass(0.1);
  EXPECT_EQ(requests(), all);
  EXPECT_EQ(stack->counters().announcements_sent, 8U);
  EXPECT_EQ(stack->counters().requests_sent, 0U);
}

TEST_F(AnnouncerTest, TheGroupsAreSaidAgainEveryTwoMinutes) {
  begin();
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(stack->next_due_ns(), now_ns + Announcer::kReportNs);
    pass(124.9);
    EXPECT_TRUE(requests().empty());
    pass(0.1);
    EXPECT_EQ(requests(), std::vector<Frame>(1, report(2)));
  }
}

TEST_F(AnnouncerTest, ALinkThatComesUpAgainIsANewBeginning) {
  begin();
  pass(10);
  stack->link_came_up(now_ns);
  EXPECT_EQ(stack->next_due_ns(), now_ns);
  EXPECT_EQ(requests().size(), 4U);
  pass(2);
  EXPECT_EQ(requests().size(), 4U);
  pass(2);
  EXPECT_TRUE(requests().empty());
}

TEST_F(AnnouncerTest, AQueryIsAnsweredWithinASecondHoweverOftenItComes) {
  begin();
  for (const Frame& frame : {query(), query("fe80::9", {}), query("fe80::8", hex("027d 0000"))}) {
    expect_taken(frame);
    EXPECT_EQ(stack->next_due_ns(), now_ns + kTestSecond);
    EXPECT_TRUE(requests().empty());
    pass(0.5);
    expect_taken(frame);
    pass(0.5);
    EXPECT_EQ(requests(), std::vector<Frame>(1, report(2)));
  }
}

TEST_F(AnnouncerTest, WhatIsNoRightQueryIsNone) {
  begin();
  const uint64_t due = stack->next_due_ns();
  expect_drop(FrameDrop::extension_header, query("2001:db8::9"));
  const Frame right = query();
  // The version of IP, the hop limit, the next headers, the router alert, the type, the sum.
  for (const size_t at : {21, 54, 55, 56, 62, 64, 70}) {
    Frame wrong = right;
    wrong[at] ^= 0x40;
    expect_drop(FrameDrop::extension_header, wrong);
  }
  Frame shorter = right;
  store_be16(&shorter[18], 31);
  expect_drop(FrameDrop::extension_header, shorter);
  EXPECT_EQ(stack->next_due_ns(), due);
}

TEST_F(AnnouncerTest, OnlySoManyQueriesASecondAreLookedAt) {
  begin();
  size_t heard = 0;
  while (receive(query()).arrival.kind == FrameArrival::Kind::taken) ASSERT_LT(++heard, 1000U);
  expect_drop(FrameDrop::too_many_answers, query());
}

TEST_F(AnnouncerTest, ManyGroupsAreSaidInSeveralFrames) {
  for (int i = 2; i <= 6; ++i)
    config.addresses.push_back(test_prefix("2001:db8::" + std::to_string(i) + "/64"));
  open();
  size_t groups = 0;
  for (const Frame& frame : requests()) {
    EXPECT_LE(frame.size(), IpStack::kOwnFrameBytes);
    if (!std::equal(kReportersMac.bytes.begin(), kReportersMac.bytes.end(), frame.begin())) continue;
    const size_t records = load_be16(&frame[68]);
    EXPECT_EQ(frame.size(), 70 + 20 * records);
    groups += records;
  }
  EXPECT_EQ(groups, 6U);
}

TEST_F(AnnouncerTest, WithoutIpv6ThereAreNoGroups) {
  config.addresses.resize(1);
  config.vlan = 5;
  open();
  EXPECT_EQ(requests(),
            std::vector<Frame>(1, padded(with_tag(ethernet_frame(kAllStations, test_mac(1), 0x0806,
                                                                 arp_content({.operation = 1,
                                                                              .sender_mac = test_mac(1),
                                                                              .sender = "192.0.2.1",
                                                                              .target = "192.0.2.1"})),
                                                  5))));
  pass(2);
  EXPECT_EQ(requests().size(), 1U);
  EXPECT_EQ(stack->next_due_ns(), UINT64_MAX);
}

TEST_F(AnnouncerTest, APortThatIsToBeSilentIs) {
  config.announces = false;
  open();
  stack->link_came_up(now_ns);
  expect_taken(query());
  pass(1000);
  EXPECT_TRUE(requests().empty());
  EXPECT_EQ(stack->next_due_ns(), UINT64_MAX);
}

}  // namespace
}  // namespace penstock
