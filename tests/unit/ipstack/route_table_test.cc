// SPDX-License-Identifier: Apache-2.0
#include "drivers/ipstack/route_table.h"

#include "unit/ipstack/lone_stack.h"

namespace penstock {
namespace {

class RouteTableTest : public LoneStack {
 protected:
  RouteTableTest() {
    config.addresses = {test_prefix("192.0.2.1/24"), test_prefix("198.51.100.1/24"),
                        test_prefix("fe80::99/64"), test_prefix("2001:db8::1/64")};
    add("0.0.0.0/0", "192.0.2.254");
    add("203.0.113.0/24", "198.51.100.254");
    add("203.0.113.128/25", "192.0.2.253");
    add("192.0.2.128/25", "198.51.100.253");  // of a part of the port's own network
    add("::/0", "fe80::fe");
    add("2001:db8:5::/48", "2001:db8::fd");
    open();
  }
  void add(const char* to, const char* gateway) {
    config.routes.push_back({test_prefix(to), test_address(gateway, 0)});
  }
  void expect_way(const char* remote, const char* neighbour, const char* source) {
    const OwnAddresses own(config);
    const auto table = RouteTable::create(config, own);
    ASSERT_TRUE(table);
    const auto hop = table->find(*IpAddress::of(test_address(remote, 0)));
    ASSERT_TRUE(hop) << remote;
    EXPECT_EQ(hop->neighbour.with_port(0), test_address(neighbour, 0)) << remote;
    EXPECT_EQ(hop->source->as_local, test_address(source, kTestPort)) << remote;
    EXPECT_EQ(stack->source_for(test_address(remote, 9)), test_address(source, kTestPort)) << remote;
  }
};

TEST_F(RouteTableTest, TheLongestPrefixCounts) {
  expect_way("192.0.2.7", "192.0.2.7", "192.0.2.1");
  expect_way("198.51.100.7", "198.51.100.7", "198.51.100.1");
  expect_way("8.8.8.8", "192.0.2.254", "192.0.2.1");
  expect_way("203.0.113.7", "198.51.100.254", "198.51.100.1");
  expect_way("203.0.113.200", "192.0.2.253", "192.0.2.1");
  expect_way("192.0.2.200", "198.51.100.253", "198.51.100.1");
  expect_way("2001:db8::7", "2001:db8::7", "2001:db8::1");
  expect_way("2001:db8:5::7", "2001:db8::fd", "2001:db8::1");
  // By way of a link-local gateway, yet not from a link-local address.
  expect_way("2001:db8:6::7", "fe80::fe", "2001:db8::1");
  expect_way("fe80::7", "fe80::7", "fe80::99");
}

TEST_F(RouteTableTest, GatewaysAreAskedForOnceEachFromTheStart) {
  EXPECT_EQ(requests().size(), 6U);
  EXPECT_EQ(stack->counters().requests_sent, 6U);
  EXPECT_TRUE(requests().empty());
}

TEST_F(RouteTableTest, NoWayLeadsToWhatIsNoOtherHost) {
  for (const char* to :
       {"192.0.2.1", "192.0.2.255", "192.0.2.0", "255.255.255.255", "224.0.0.5", "0.0.0.0", "127.0.0.1",
        "240.1.1.1", "2001:db8::1", "ff02::1", "::", "::1", "::ffff:192.0.2.7"}) {
    EXPECT_EQ(way_to(to), IpStack::Way::unreachable) << to;
    EXPECT_TRUE(stack->source_for(test_address(to, 9)).empty()) << to;
  }
  EXPECT_EQ(stack->find_way({}, now_ns, head), IpStack::Way::unreachable);
  EXPECT_EQ(stack->find_way({{}, test_address("192.0.2.7", 0)}, now_ns, head), IpStack::Way::unreachable);
}

TEST_F(RouteTableTest, WithoutARouteThereIsNoWay) {
  config.routes.clear();
  open();
  EXPECT_EQ(way_to("8.8.8.8"), IpStack::Way::unreachable);
  EXPECT_EQ(way_to("2001:db8:1::1"), IpStack::Way::unreachable);
  EXPECT_TRUE(stack->source_for(test_address("8.8.8.8", 9)).empty());
  EXPECT_EQ(stack->counters().neighbours_known + stack->counters().neighbours_silent, 0U);
  EXPECT_TRUE(requests().empty());
}

TEST_F(RouteTableTest, TheLocalAddressIsThePathsIfItNamesOneOfThePorts) {
  receive(arp_request(9, "192.0.2.254", "192.0.2.1"));
  const NetAddress remote = test_address("8.8.8.8", 50000);
  const auto source_of = [&](const NetAddress& local) {
    EXPECT_EQ(stack->find_way({local, remote}, now_ns, head), IpStack::Way::ready);
    Frame frame(head.bytes());
    head.write(frame, {}, 0, 0, {});
    return IpAddress::ipv4(&frame[26]).with_port(0);
  };
  EXPECT_EQ(source_of({}), test_address("192.0.2.1", 0));
  EXPECT_EQ(source_of(test_address("0.0.0.0", 0)), test_address("192.0.2.1", 0));
  EXPECT_EQ(source_of(test_address("::", 0)), test_address("192.0.2.1", 0));
  EXPECT_EQ(source_of(test_address("198.51.100.1", kTestPort)), test_address("198.51.100.1", 0));
  EXPECT_EQ(stack->find_way({test_address("192.0.2.9", 0), remote}, now_ns, head), IpStack::Way::unreachable);
  EXPECT_EQ(stack->find_way({test_address("2001:db8::1", 0), remote}, now_ns, head),
            IpStack::Way::unreachable);
}

}  // namespace
}  // namespace penstock
