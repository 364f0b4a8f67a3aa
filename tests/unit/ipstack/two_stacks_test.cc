// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "unit/ipstack/stack_wire.h"

namespace penstock {
namespace {

struct Setting {
  const char* name;
  bool ipv6;
  bool vlan;
};

std::string setting_name(const testing::TestParamInfo<Setting>& info) {
  return info.param.name;
}

class TwoStacksTest : public testing::TestWithParam<Setting> {
 protected:
  void SetUp() override {
    for (uint8_t number = 1; number <= 2; ++number) {
      IpConfig config = test_config(number);
      if (GetParam().vlan) config.vlan = 77;
      wire.add(config);
    }
  }
  NetAddress address(unsigned number, uint16_t port = kTestPort) const {
    return test_address((GetParam().ipv6 ? "2001:db8::" : "192.0.2.") + std::to_string(number), port);
  }

  StackWire wire;
};

TEST_P(TwoStacksTest, ADatagramArrivesAndIsAnswered) {
  const uint64_t before = wire.stack(0).generation();
  EXPECT_EQ(wire.send(0, {{}, address(2)}, "question"), IpStack::Way::resolving);
  EXPECT_LE(wire.stack(0).next_due_ns(), wire.now_ns());
  wire.run();
  EXPECT_NE(wire.stack(0).generation(), before);
  ASSERT_EQ(wire.send(0, {{}, address(2)}, "question", 2), IpStack::Way::ready);
  ASSERT_EQ(wire.datagrams.size(), 1U);
  const StackWire::Datagram question = wire.datagrams[0];
  EXPECT_EQ(question.station, 1U);
  EXPECT_EQ(question.payload, "question");
  EXPECT_EQ(question.ecn, 2);
  EXPECT_EQ(question.path, (NetPath{address(2), address(1)}));
  // Who asked for it is known already.
  ASSERT_EQ(wire.send(1, question.path, "answer", 1), IpStack::Way::ready);
  ASSERT_EQ(wire.datagrams.size(), 2U);
  EXPECT_EQ(wire.datagrams[1].station, 0U);
  EXPECT_EQ(wire.datagrams[1].payload, "answer");
  EXPECT_EQ(wire.datagrams[1].ecn, 1);
  EXPECT_EQ(wire.datagrams[1].path, (NetPath{address(1), address(2)}));
  EXPECT_TRUE(wire.drops.empty());
}

TEST_P(TwoStacksTest, AConversationGoesOnForHoursThoughNeighboursAreProbed) {
  wire.send(0, {{}, address(2)}, "first");
  wire.run();
  FrameHead head;
  uint64_t generation = 0;
  for (int minute = 0; minute < 240; ++minute) {
    // As a port does it: what is known of the path is looked up when something changed.
    for (int second = 0; second < 60; ++second) {
      if (wire.stack(0).generation() != generation) {
        generation = wire.stack(0).generation();
        ASSERT_EQ(wire.stack(0).find_way({{}, address(2)}, wire.now_ns(), head), IpStack::Way::ready);
      }
      wire.run(1);
    }
  }
  // Reachable for half a minute, then five seconds until it is probed: each time.
  EXPECT_NEAR(static_cast<double>(wire.stack(0).counters().requests_sent), 240 * 60 / 35.0, 20);
  EXPECT_TRUE(wire.drops.empty());
}

TEST_P(TwoStacksTest, ANeighbourThatIsExchangedIsFoundAgain) {
  wire.send(0, {{}, address(2)}, "first");
  wire.run();
  ASSERT_EQ(wire.send(0, {{}, address(2)}, "second"), IpStack::Way::ready);
  // The same address at another station, which does not say so.
  IpConfig config = wire.stack(1).config();
  config.mac = test_mac(9);
  wire.add(config);
  wire.watch([](size_t from, const Frame& frame) { return from != 1 && (frame[0] != 2 || frame[5] != 2); });
  IpStack::Way way = IpStack::Way::ready;
  size_t seconds = 0;
  for (; seconds < 60 && wire.datagrams.back().payload != "third"; ++seconds) {
    way = wire.send(0, {{}, address(2)}, "third");
    wire.run(1);
  }
  EXPECT_EQ(way, IpStack::Way::ready);
  EXPECT_EQ(wire.datagrams.back().station, 2U);
  EXPECT_LE(seconds, 40U);
}

// Two networks and what stands between them: a station that passes frames on, as a router does.
class ThroughAGatewayTest : public testing::TestWithParam<Setting> {
 protected:
  void SetUp() override {
    const bool ipv6 = GetParam().ipv6;
    near.add(config_at(1, ipv6 ? "2001:db8::1/64" : "192.0.2.1/24", ipv6 ? "2001:db8::fe" : "192.0.2.254"));
    near.add(router_at(ipv6 ? "2001:db8::fe/64" : "192.0.2.254/24"));
    far.add(config_at(2, ipv6 ? "2001:db8:1::2/64" : "198.51.100.2/24",
                      ipv6 ? "fe80::ff:fe00:fe" : "198.51.100.254"));
    far.add(router_at(ipv6 ? "2001:db8:1::fe/64" : "198.51.100.254/24"));
    near.watch([&](size_t from, const Frame& frame) { return from == 1 || pass_on(frame, far); });
    far.watch([&](size_t from, const Frame& frame) { return from == 1 || pass_on(frame, near); });
  }
  IpConfig router_at(const char* address) const {
    IpConfig config;
    config.mac = test_mac(0xfe);
    config.addresses = {test_prefix(address)};
    config.udp_port = 1;
    config.announces = false;
    if (GetParam().vlan) config.vlan = 77;
    return config;
  }
  IpConfig config_at(uint8_t number, const char* address, const char* gateway) const {
    IpConfig config;
    config.mac = test_mac(number);
    config.addresses = {test_prefix(address)};
    config.routes = {{test_prefix(GetParam().ipv6 ? "::/0" : "0.0.0.0/0"), test_address(gateway, 0)}};
    config.udp_port = kTestPort;
    config.announces = false;
    if (GetParam().vlan) config.vlan = 77;
    return config;
  }
  // A datagram for elsewhere that came to the router's MAC address. False: it is passed on.
  bool pass_on(const Frame& frame, StackWire& to) {
    const MacAddress router = test_mac(0xfe);
    const size_t type = GetParam().vlan ? 16 : 12;
    const bool udp = GetParam().ipv6 ? frame[type] == 0x86 && frame[type + 8] == 17
                                     : frame[type + 1] == 0 && frame[type + 11] == 17;
    if (!udp || !std::equal(router.bytes.begin(), router.bytes.end(), frame.begin())) return true;
    Frame passed = frame;
    const MacAddress next = test_mac(&to == &far ? 2 : 1);
    std::copy(next.bytes.begin(), next.bytes.end(), passed.begin());
    std::copy(router.bytes.begin(), router.bytes.end(), passed.begin() + 6);
    to.carry(1, passed);
    return false;
  }

  StackWire near;
  StackWire far;
};

TEST_P(ThroughAGatewayTest, ADatagramArrivesAndIsAnswered) {
  near.run();
  far.run();
  EXPECT_EQ(near.stack(0).counters().neighbours_known, 1U);
  const bool ipv6 = GetParam().ipv6;
  const NetAddress remote = test_address(ipv6 ? "2001:db8:1::2" : "198.51.100.2", kTestPort);
  ASSERT_EQ(near.send(0, {{}, remote}, "question", 3), IpStack::Way::ready);
  ASSERT_EQ(far.datagrams.size(), 1U);
  EXPECT_EQ(far.datagrams[0].payload, "question");
  EXPECT_EQ(far.datagrams[0].ecn, 3);
  ASSERT_EQ(far.send(0, far.datagrams[0].path, "answer"), IpStack::Way::ready);
  ASSERT_EQ(near.datagrams.size(), 1U);
  EXPECT_EQ(near.datagrams[0].payload, "answer");
  EXPECT_EQ(near.datagrams[0].path.remote, remote);
}

TEST_P(ThroughAGatewayTest, AGatewayThatComesLateIsFound) {
  near.watch([](size_t, const Frame&) { return false; });
  const NetAddress remote = test_address(GetParam().ipv6 ? "2001:db8:1::2" : "198.51.100.2", kTestPort);
  near.run(4);
  EXPECT_EQ(near.stack(0).counters().neighbours_silent, 1U);
  EXPECT_EQ(near.send(0, {{}, remote}, "question"), IpStack::Way::unreachable);
  const uint64_t before = near.stack(0).generation();
  near.watch(nullptr);
  near.run(10);
  EXPECT_NE(near.stack(0).generation(), before);
  EXPECT_EQ(near.send(0, {{}, remote}, "question"), IpStack::Way::ready);
}

constexpr Setting kSettings[] = {
    {"Ipv4", false, false}, {"Ipv6", true, false}, {"Ipv4Vlan", false, true}, {"Ipv6Vlan", true, true}};
INSTANTIATE_TEST_SUITE_P(Settings, TwoStacksTest, testing::ValuesIn(kSettings), setting_name);
INSTANTIATE_TEST_SUITE_P(Settings, ThroughAGatewayTest, testing::ValuesIn(kSettings), setting_name);

}  // namespace
}  // namespace penstock
