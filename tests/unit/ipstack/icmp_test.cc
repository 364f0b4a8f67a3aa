// SPDX-License-Identifier: Apache-2.0
#include "drivers/ipstack/icmp.h"

#include "drivers/ipstack/big_endian.h"
#include "drivers/ipstack/path_mtu_table.h"
#include "drivers/ipstack/recent_remotes.h"
#include "unit/ipstack/lone_stack.h"

namespace penstock {
namespace {

constexpr std::string_view kMine = "192.0.2.1";
constexpr std::string_view kMine6 = "2001:db8::1";
constexpr std::string_view kFar = "198.51.100.7";
constexpr std::string_view kFar6 = "2001:db8:7::7";

using EchoTest = LoneStack;

Frame echo_frame(std::string_view source, std::string_view destination, uint8_t type, const Frame& rest,
                 const Frame& options = {}) {
  const bool ipv6 = source.find(':') != std::string_view::npos;
  return ip_frame(test_mac(1), test_mac(2),
                  ip_packet({.source = source,
                             .destination = destination,
                             .protocol = static_cast<uint8_t>(ipv6 ? 58 : 1),
                             .options = options},
                            icmp_content(source, destination, type, 0, rest)));
}

// As the stack sends it: no options, "don't fragment", id 0.
Frame answer_frame(std::string_view source, std::string_view destination, uint8_t type, const Frame& rest) {
  Frame frame = echo_frame(source, destination, type, rest);
  std::copy_n(test_mac(2).bytes.begin(), 6, frame.begin());
  std::copy_n(test_mac(1).bytes.begin(), 6, frame.begin() + 6);
  if (frame[12] == 0x08) {
    store_be16(&frame[18], 0);
    store_be16(&frame[24], 0);
    store_be16(&frame[24], slow_checksum({frame.begin() + 14, frame.begin() + 34}));
  }
  if (frame.size() < 60) frame.resize(60);
  return frame;
}

TEST_F(EchoTest, IsAnsweredWithWhatItHolds) {
  for (const size_t bytes : {size_t{0}, size_t{3}, size_t{56}, size_t{1452}, size_t{8900}}) {
    const Frame rest = join({{0x12, 0x34, 0, 1}, Frame(bytes, 0x5a)});
    config.mtu = 9000;
    open();
    Received received = receive(echo_frame(kFar, kMine, 8, rest));
    ASSERT_EQ(received.arrival.kind, FrameArrival::Kind::answered) << bytes;
    EXPECT_EQ(received.answer, answer_frame(kMine, kFar, 0, rest));
    received = receive(echo_frame(kFar6, kMine6, 128, rest));
    ASSERT_EQ(received.arrival.kind, FrameArrival::Kind::answered) << bytes;
    EXPECT_EQ(received.answer, answer_frame(kMine6, kFar6, 129, rest));
  }
}

TEST_F(EchoTest, PaddingAndOptionsAreNotSentBack) {
  const Frame rest{0, 1, 0, 2, 'x'};
  Frame frame = echo_frame(kFar, kMine, 8, rest, Frame(12, 1));
  frame.resize(frame.size() + 30, 0xee);
  EXPECT_EQ(receive(frame).answer, answer_frame(kMine, kFar, 0, rest));
}

TEST_F(EchoTest, WithoutRoomThereIsNoAnswer) {
  Frame frame = echo_frame(kFar, kMine, 8, Frame(500, 1));
  Frame room(frame.size() - 1);
  const FrameArrival arrival = stack->receive(frame, {}, now_ns, room);
  EXPECT_EQ(arrival.kind, FrameArrival::Kind::dropped);
  EXPECT_EQ(arrival.drop, FrameDrop::unwanted_icmp);
  Frame whole(frame.size());
  EXPECT_EQ(stack->receive(frame, {}, now_ns, whole).kind, FrameArrival::Kind::answered);
}

// What routers say of packets that the port sent by way of a gateway.
class PathMtuTest : public LoneStack {
 protected:
  PathMtuTest() {
    config.mtu = 9000;
    config.routes = {{test_prefix("0.0.0.0/0"), test_address("192.0.2.254", 0)},
                     {test_prefix("::/0"), test_address("2001:db8::fe", 0)}};
    open();
    receive(arp_request(9, "192.0.2.254", kMine));
    receive(advertisement(9, "2001:db8::fe", 0x60));
    for (const std::string_view host : {kFar, kFar6}) way_to(host);
  }

  struct Quoted {
    std::string_view source;
    std::string_view destination;
    uint16_t source_port = kTestPort;
    uint16_t destination_port = 50000;
    uint8_t protocol = 17;
    size_t bytes = 8;  // behind the IP header
    uint16_t length = 9000;
  };
  static Frame quote(const Quoted& quoted) {
    Frame content = udp_content(quoted.source, quoted.destination, quoted.source_port,
                                quoted.destination_port, "what was sent");
    content.resize(quoted.bytes);
    const MadeIp ip{.source = quoted.source,
                    .destination = quoted.destination,
                    .protocol = quoted.protocol,
                    .hop_limit = 3};
    Frame packet = ip_packet(ip, content);
    // What it was, not what is quoted of it.
    store_be16(&packet[packet[0] >> 4 == 6 ? 4 : 2], quoted.length);
    return packet;
  }
  static Frame too_big(uint32_t mtu, const Quoted& quoted) {
    const Frame rest = join({{static_cast<uint8_t>(mtu >> 24), static_cast<uint8_t>(mtu >> 16)},
                             be16(mtu & 0xffff),
                             quote(quoted)});
    if (quoted.source.find(':') != std::string_view::npos) {
      const std::string_view router = "2001:db8:ffff::1";
      return ip_frame(test_mac(1), test_mac(9),
                      ip_packet({.source = router, .destination = kMine6, .protocol = 58},
                                icmp_content(router, kMine6, 2, 0, rest)));
    }
    const std::string_view router = "203.0.113.1";
    return ip_frame(test_mac(1), test_mac(9),
                    ip_packet({.source = router, .destination = kMine, .protocol = 1},
                              icmp_content(router, kMine, 3, 4, rest)));
  }
  // What packets to it should have; what they may have stays as the link is, whatever anybody says.
  uint32_t payload_to(std::string_view host) {
    EXPECT_EQ(way_to(host), IpStack::Way::ready);
    EXPECT_EQ(head.payload_max(), head.is_ipv6() ? 8952U : 8972U);
    return stack->payload_max(test_address(host, 50000));
  }

  const Quoted quoted4{.source = kMine, .destination = kFar};
  const Quoted quoted6{.source = kMine6, .destination = kFar6};
};

TEST_F(PathMtuTest, IsThePortsOwnAsLongAsNobodySaysOtherwise) {
  EXPECT_EQ(payload_to(kFar), 8972U);
  EXPECT_EQ(payload_to(kFar6), 8952U);
  EXPECT_EQ(stack->payload_max({}), 8952U);
}

TEST_F(PathMtuTest, ARouterLowersThatOfOnePath) {
  const uint64_t before = stack->generation();
  expect_taken(too_big(1500, quoted4));
  EXPECT_EQ(stack->generation(), before);  // all heads are as right as they were
  EXPECT_EQ(payload_to(kFar), 1472U);
  EXPECT_EQ(payload_to("198.51.100.8"), 8972U);
  expect_taken(too_big(1400, quoted6));
  EXPECT_EQ(payload_to(kFar6), 1352U);
  EXPECT_EQ(stack->counters().path_mtu_lowered, 2U);
}

TEST_F(PathMtuTest, ItIsNeverRaised) {
  expect_taken(too_big(1500, quoted4));
  const uint64_t before = stack->generation();
  expect_taken(too_big(1600, quoted4));
  expect_taken(too_big(9001, quoted4));
  EXPECT_EQ(payload_to(kFar), 1472U);
  EXPECT_EQ(stack->generation(), before);
}

TEST_F(PathMtuTest, ItIsForgottenAfterTenMinutes) {
  expect_taken(too_big(1500, quoted4));
  pass(300);
  expect_taken(too_big(1500, quoted6));
  pass(299);
  requests();
  EXPECT_EQ(stack->payload_max(test_address(kFar, 1)), 1472U);
  EXPECT_LE(stack->next_due_ns(), now_ns + kTestSecond);
  pass(1);
  requests();
  EXPECT_EQ(stack->payload_max(test_address(kFar, 1)), 8972U);
  EXPECT_EQ(stack->payload_max(test_address(kFar6, 1)), 1452U);
}

TEST_F(PathMtuTest, ItIsNeverLessThanQuicNeeds) {
  expect_taken(too_big(68, quoted4));
  EXPECT_EQ(payload_to(kFar), 1200U);
  // What no router of IPv6 may say (RFC 8201, section 4).
  expect_drop(FrameDrop::unwanted_icmp, too_big(1279, quoted6));
  EXPECT_EQ(payload_to(kFar6), 8952U);
  expect_taken(too_big(1280, quoted6));
  EXPECT_EQ(payload_to(kFar6), 1232U);
}

TEST_F(PathMtuTest, ARouterThatDoesNotSayWhatItTakesIsGuessed) {
  expect_taken(too_big(0, quoted4));  // it was 9,000 bytes long
  EXPECT_EQ(payload_to(kFar), 8166U - 28);
  Quoted shorter = quoted4;
  shorter.length = 8166;
  expect_taken(too_big(0, shorter));
  EXPECT_EQ(payload_to(kFar), 4352U - 28);
}

TEST_F(PathMtuTest, OnlyWhatThePortCanHaveSentIsBelieved) {
  std::vector<Quoted> wrong(10, quoted4);
  wrong[0].source = "192.0.2.3";
  wrong[1].source_port = kTestPort + 1;
  wrong[2].destination_port = 0;
  wrong[3].destination = "224.0.0.1";
  wrong[4].destination = kMine;
  wrong[5].protocol = 6;
  wrong[6].bytes = 7;                     // no whole UDP header
  wrong[7].destination = "192.0.2.7";     // a neighbour that nobody knows
  wrong[8].destination = "198.51.100.8";  // whom nothing was sent to
  wrong[9].destination_port = 50001;
  for (const Quoted& each : wrong) expect_drop(FrameDrop::unwanted_icmp, too_big(1400, each));
  Quoted wrong6 = quoted6;
  wrong6.source = "2001:db8::3";
  expect_drop(FrameDrop::unwanted_icmp, too_big(1400, wrong6));
  wrong6 = quoted6;
  wrong6.protocol = 58;
  expect_drop(FrameDrop::unwanted_icmp, too_big(1400, wrong6));
  EXPECT_EQ(payload_to(kFar), 8972U);
  EXPECT_EQ(payload_to(kFar6), 8952U);
  EXPECT_EQ(stack->counters().path_mtu_lowered, 0U);
}

TEST_F(PathMtuTest, WithoutAGatewayThatAnswersNobodyIsBelieved) {
  open();
  expect_drop(FrameDrop::unwanted_icmp, too_big(1400, quoted4));
}

TEST_F(PathMtuTest, OnlySoManyASecondAreLookedAt) {
  size_t heard = 0;
  while (receive(too_big(1500, quoted4)).arrival.kind == FrameArrival::Kind::taken) ASSERT_LT(++heard, 1000U);
  EXPECT_GE(heard, 10U);
  expect_drop(FrameDrop::too_many_answers, too_big(1500, quoted4));
  pass(1);
  expect_taken(too_big(1400, quoted4));
  EXPECT_EQ(payload_to(kFar), 1372U);
}

TEST(RecentRemotesTest, WhoeverWasAddedLastIsThere) {
  RecentRemotes recent(99);
  const auto host = [](uint32_t number) {
    std::array<uint8_t, 4> bytes{};
    store_be32(bytes.data(), 0x0a000000 + number);
    return IpAddress::ipv4(bytes.data());
  };
  EXPECT_FALSE(recent.has({}, 0));
  constexpr uint32_t kMany = 100'000;
  for (uint32_t i = 0; i < kMany; ++i) {
    recent.add(host(i), 443);
    ASSERT_TRUE(recent.has(host(i), 443));
    ASSERT_FALSE(recent.has(host(i), 444));
    ASSERT_FALSE(recent.has(host(kMany + i), 443));
  }
  size_t left = 0;
  for (uint32_t i = 0; i < kMany; ++i) left += recent.has(host(i), 443) ? 1 : 0;
  EXPECT_LE(left, RecentRemotes::kSlots);
  EXPECT_GT(left, RecentRemotes::kSlots * 9 / 10);
}

TEST(PathMtuTableTest, IsBoundedAndTheOldestMakesRoom) {
  PathMtuTable table(1);
  const auto host = [](uint32_t number) {
    std::array<uint8_t, 4> bytes{10};
    store_be32(bytes.data(), 0x0a000000 + number);
    return IpAddress::ipv4(bytes.data());
  };
  constexpr uint32_t kMany = 100'000;
  for (uint32_t i = 0; i < kMany; ++i) {
    EXPECT_TRUE(table.lower(host(i), 1400, i));
    ASSERT_LE(table.size(), PathMtuTable::kSlots);
  }
  EXPECT_EQ(table.find(host(kMany - 1), 9000), 1400U);
  EXPECT_EQ(table.find(host(kMany - PathMtuTable::kSlots), 9000), 1400U);
  EXPECT_EQ(table.find(host(kMany - PathMtuTable::kSlots - 1), 9000), 9000U);
  EXPECT_EQ(table.find(host(kMany - 1), 1300), 1300U);
  table.expire(PathMtuTable::kLifetimeNs + kMany);
  EXPECT_EQ(table.size(), 0U);
  EXPECT_EQ(table.due_ns(), UINT64_MAX);
}

}  // namespace
}  // namespace penstock
