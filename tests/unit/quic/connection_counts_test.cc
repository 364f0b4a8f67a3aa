// SPDX-License-Identifier: Apache-2.0
#include "quic/connection_counts.h"

#include <gtest/gtest.h>

namespace penstock {
namespace {

NetAddress at(const char* text) {
  return parse_net_address(text).value();
}

TEST(ConnectionCountsTest, CountsInAllAndOfEachSource) {
  ConnectionCounts counts(3, 2);
  EXPECT_TRUE(counts.add(at("192.0.2.1:1")));
  EXPECT_TRUE(counts.add(at("192.0.2.1:2")));
  EXPECT_FALSE(counts.add(at("192.0.2.1:3")));
  EXPECT_TRUE(counts.add(at("192.0.2.2:1")));
  EXPECT_FALSE(counts.add(at("192.0.2.3:1"))) << "three in all";
  counts.remove(at("192.0.2.1:9"));
  EXPECT_TRUE(counts.add(at("192.0.2.3:1")));
  EXPECT_EQ(counts.total(), 3U);
}

TEST(ConnectionCountsTest, AnIpv6NetworkIsOneSourceAndAnIpv4AddressIsItWhicheverSocketSeesIt) {
  ConnectionCounts counts(100, 1);
  EXPECT_TRUE(counts.add(at("[2001:db8:0:1::1]:1")));
  EXPECT_FALSE(counts.add(at("[2001:db8:0:1:ffff::2]:1")));
  EXPECT_TRUE(counts.add(at("[2001:db8:0:2::1]:1")));
  EXPECT_TRUE(counts.add(at("[::ffff:192.0.2.1]:1")));
  EXPECT_FALSE(counts.add(at("192.0.2.1:1")));
  EXPECT_TRUE(counts.add(at("[::ffff:192.0.2.2]:1")));
}

TEST(ConnectionCountsTest, ALimitOfNoneLetsNobodyIn) {
  ConnectionCounts counts(5, 0);
  EXPECT_FALSE(counts.add(at("192.0.2.1:1")));
  EXPECT_EQ(counts.total(), 0U);
}

}  // namespace
}  // namespace penstock
