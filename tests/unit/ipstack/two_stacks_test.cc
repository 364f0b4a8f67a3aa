// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

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

INSTANTIATE_TEST_SUITE_P(Settings, TwoStacksTest,
                         testing::Values(Setting{"Ipv4", false, false}, Setting{"Ipv6", true, false},
                                         Setting{"Ipv4Vlan", false, true}, Setting{"Ipv6Vlan", true, true}),
                         setting_name);

}  // namespace
}  // namespace penstock
