// SPDX-License-Identifier: Apache-2.0
#include "drivers/ipstack/ip_config.h"

#include <gtest/gtest.h>

#include "unit/ipstack/stack_wire.h"

namespace penstock {
namespace {

TEST(IpPrefixTest, TextOfBothFamiliesIsRead) {
  const auto v4 = parse_ip_prefix("192.0.2.1/24");
  ASSERT_TRUE(v4);
  EXPECT_EQ(v4->address, test_address("192.0.2.1", 0));
  EXPECT_EQ(v4->bits, 24U);
  const auto v6 = parse_ip_prefix("2001:db8::/32");
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->address.text(), "[2001:db8::]:0");
  EXPECT_EQ(v6->bits, 32U);
  EXPECT_EQ(parse_ip_prefix("0.0.0.0/0")->bits, 0U);
  EXPECT_EQ(parse_ip_prefix("::/0")->bits, 0U);
}

TEST(IpPrefixTest, AnythingElseIsRefused) {
  for (const char* text : {"", "/", "192.0.2.1", "192.0.2.1/", "192.0.2.1/33", "192.0.2.1/-1", "192.0.2/24",
                           "2001:db8::/129", "2001:db8::/64x", "[2001:db8::]/64", "host/24", "192.0.2.1/ 24",
                           "192.0.2.1/24/24", "192.0.2.1/4294967297"}) {
    const auto prefix = parse_ip_prefix(text);
    ASSERT_FALSE(prefix) << text;
    EXPECT_EQ(prefix.error().code, Errc::usage) << text;
  }
}

TEST(IpPrefixTest, ContainsWhatSharesItsBits) {
  const auto contains = [](const char* prefix, const char* host) {
    return test_prefix(prefix).contains(test_address(host, 99));
  };
  EXPECT_TRUE(contains("192.0.2.0/24", "192.0.2.255"));
  EXPECT_FALSE(contains("192.0.2.0/24", "192.0.3.0"));
  EXPECT_TRUE(contains("192.0.2.64/27", "192.0.2.95"));
  EXPECT_FALSE(contains("192.0.2.64/27", "192.0.2.96"));
  EXPECT_TRUE(contains("192.0.2.1/32", "192.0.2.1"));
  EXPECT_FALSE(contains("192.0.2.1/32", "192.0.2.0"));
  EXPECT_TRUE(contains("0.0.0.0/0", "203.0.113.5"));
  EXPECT_FALSE(contains("0.0.0.0/0", "::1"));
  EXPECT_TRUE(contains("2001:db8:0:8::/61", "2001:db8:0:f::1"));
  EXPECT_FALSE(contains("2001:db8:0:8::/61", "2001:db8:0:10::1"));
  EXPECT_TRUE(contains("::/0", "2001:db8::1"));
  EXPECT_FALSE(test_prefix("::/0").contains({}));
}

class IpStackConfigTest : public testing::Test {
 protected:
  void expect_refused(const char* what) {
    const auto stack = IpStack::create(config);
    ASSERT_FALSE(stack) << what;
    EXPECT_EQ(stack.error().code, Errc::usage) << what;
    EXPECT_NE(stack.error().message().find(what), std::string::npos) << stack.error().message();
  }
  void add_route(const char* to, const char* gateway) {
    config.routes.push_back({test_prefix(to), test_address(gateway, 0)});
  }

  IpConfig config = test_config(1);
};

TEST_F(IpStackConfigTest, AsItIsMeantToBe) {
  config.vlan = 4094;
  config.mtu = 9000;
  add_route("0.0.0.0/0", "192.0.2.254");
  add_route("::/0", "fe80::1");
  EXPECT_TRUE(IpStack::create(config));
}

TEST_F(IpStackConfigTest, NoAddress) {
  config.addresses.clear();
  expect_refused("IP address");
}

TEST_F(IpStackConfigTest, AddressesThatAreNoHosts) {
  for (const char* text : {"0.0.0.0/24", "224.0.0.1/24", "127.0.0.1/8", "ff02::1/64", "::/64", "::1/128"}) {
    config.addresses = {test_prefix(text)};
    expect_refused("is not one host's address");
  }
}

TEST_F(IpStackConfigTest, AGatewayOnNoNetwork) {
  add_route("0.0.0.0/0", "198.51.100.1");
  expect_refused("is a gateway on no network of the port's");
  config.routes.clear();
  add_route("0.0.0.0/0", "192.0.2.1");  // the port itself
  expect_refused("is a gateway on no network of the port's");
  config.routes.clear();
  add_route("0.0.0.0/0", "192.0.2.255");  // all of it
  expect_refused("is a gateway on no network of the port's");
  config.addresses = {test_prefix("192.0.2.1/24")};
  config.routes.clear();
  add_route("::/0", "fe80::1");  // no IPv6
  expect_refused("is a gateway on no network of the port's");
}

TEST_F(IpStackConfigTest, ARouteOfTwoFamilies) {
  add_route("0.0.0.0/0", "2001:db8::fe");
  expect_refused("is no gateway for");
  config.routes = {{test_prefix("0.0.0.0/0"), {}}};
  expect_refused("is no gateway for");
}

TEST_F(IpStackConfigTest, VlansMtusPortsAndMacAddressesOutOfBounds) {
  config.vlan = 0;
  expect_refused("VLAN 0");
  config.vlan = 4095;
  expect_refused("VLAN 4095");
  config.vlan.reset();
  config.mtu = 1279;
  expect_refused("from 1280");
  config.mtu = 65536;
  expect_refused("MTU 65536");
  config.addresses = {test_prefix("192.0.2.1/24")};
  config.mtu = 1227;
  expect_refused("from 1228");
  config.mtu = 1228;
  EXPECT_TRUE(IpStack::create(config));
  config.udp_port = 0;
  expect_refused("UDP port 0");
  config.udp_port = 1;
  config.mac = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
  expect_refused("MAC address");
  config.mac = {};
  expect_refused("MAC address");
}

}  // namespace
}  // namespace penstock
