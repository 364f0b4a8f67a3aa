// SPDX-License-Identifier: Apache-2.0
#include "drivers/nic/nic_text.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "drivers/eal/eal_arguments.h"

namespace penstock {
namespace {

using Words = std::vector<std::string>;

TEST(NicText, EverythingThatItMaySayIsRead) {
  const auto text = parse_nic_text(
      "dpdk:-l 0-1 --vdev 'net_memif0,role=server;x' "
      "--no-pci;port=net_memif0,addr=192.0.2.1/24,addr=2001:db8::1/64,"
      "gw=192.0.2.254,gw=fe80::1,route=198.51.100.0/"
      "24@192.0.2.9,vlan=7,mtu=9000,queues=4,descriptors=512,mbufs=8192");
  ASSERT_TRUE(text) << text.error().message();
  EXPECT_EQ(text->eal, (Words{"-l", "0-1", "--vdev", "net_memif0,role=server;x", "--no-pci"}));
  EXPECT_EQ(text->port, "net_memif0");
  ASSERT_EQ(text->addresses.size(), 2U);
  EXPECT_EQ(text->addresses[0].address.text(), "192.0.2.1:0");
  EXPECT_EQ(text->addresses[1].bits, 64U);
  ASSERT_EQ(text->routes.size(), 3U);
  EXPECT_EQ(text->routes[0].to.bits, 0U);
  EXPECT_EQ(text->routes[0].gateway.text(), "192.0.2.254:0");
  EXPECT_EQ(text->routes[1].to.address.family(), AF_INET6);
  EXPECT_EQ(text->routes[2].to.bits, 24U);
  EXPECT_EQ(text->vlan, 7);
  EXPECT_EQ(text->mtu, 9000U);
  EXPECT_EQ(text->queues, 4U);
  EXPECT_EQ(text->descriptors, 512U);
  EXPECT_EQ(text->mbufs, 8192U);
}

TEST(NicText, WhatIsNotSaidIsLeftToTheDevice) {
  const auto text = parse_nic_text("dpdk:;port=0000:65:00.0,addr=192.0.2.1/24");
  ASSERT_TRUE(text) << text.error().message();
  EXPECT_TRUE(text->eal.empty());
  EXPECT_EQ(text->port, "0000:65:00.0");
  EXPECT_FALSE(text->vlan || text->mtu);
  EXPECT_EQ(text->queues + text->descriptors + text->mbufs, 0U);
}

TEST(NicText, EachMistakeIsNamed) {
  const std::string good = "port=x,addr=192.0.2.1/24";
  const std::pair<std::string, std::string> mistakes[] = {
      {"", "was expected"},
      {"udp:;" + good, "was expected"},
      {"dpdk:" + good, "';' is missing"},
      {"dpdk:--vdev 'x;" + good, "';' is missing"},
      {"dpdk:;addr=192.0.2.1/24", "port=NAME is missing"},
      {"dpdk:;port=x", "addr=IP/BITS is missing"},
      {"dpdk:;port=,addr=192.0.2.1/24", "a port of DPDK was expected"},
      {"dpdk:;" + good + ",", "NAME=VALUE was expected"},
      {"dpdk:;" + good + ",port=y", "twice"},
      {"dpdk:;" + good + ",mtu=1500,mtu=1500", "twice"},
      {"dpdk:;" + good + ",colour=red", "no such setting"},
      {"dpdk:;port=x,addr=192.0.2.1", "length"},
      {"dpdk:;port=x,addr=192.0.2.1/33", "length"},
      {"dpdk:;port=x,addr=host/24", "IP address"},
      {"dpdk:;" + good + ",gw=192.0.2", "address was expected"},
      {"dpdk:;" + good + ",gw=192.0.2.3,gw=192.0.2.4", "a way to that network already"},
      {"dpdk:;" + good + ",route=10.1.0.0/16@192.0.2.3,route=10.1.9.9/16@192.0.2.4", "a way to that network"},
      {"dpdk:--no-pci;;" + good, "parted by commas"},
      {"dpdk:;port=x;addr=192.0.2.1/24", "parted by commas"},
      {"dpdk:;" + good + ",gw=192.0.2.1/24", "address was expected"},
      {"dpdk:;" + good + ",route=192.0.2.0/24", "PREFIX@GATEWAY"},
      {"dpdk:;" + good + ",route=192.0.2.0/24@fe80::1", "different families"},
      {"dpdk:;" + good + ",vlan=0", "a number from 1 to 4094"},
      {"dpdk:;" + good + ",vlan=4095", "a number from 1 to 4094"},
      {"dpdk:;" + good + ",mtu=100", "a number from 1228 to 9600"},
      {"dpdk:;" + good + ",mtu=1500x", "a number from"},
      {"dpdk:;" + good + ",queues=-1", "a number from"},
      {"dpdk:;" + good + ",mbufs=99999999999", "a number from"},
      {"dpdk:--bogus;" + good, "no such option"},
  };
  for (const auto& [text, why] : mistakes) {
    const auto parsed = parse_nic_text(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, Errc::usage) << text;
    EXPECT_NE(parsed.error().message().find(why), std::string::npos)
        << text << ": " << parsed.error().message();
  }
}

TEST(EalArguments, AreSplitAtSpacesOutsideQuotes) {
  EXPECT_EQ(split_eal_arguments("").value(), Words{});
  EXPECT_EQ(split_eal_arguments("  -l  0 ").value(), (Words{"-l", "0"}));
  EXPECT_EQ(split_eal_arguments("a'b c'd \"e 'f\" ''").value(), (Words{"ab cd", "e 'f", ""}));
  EXPECT_FALSE(split_eal_arguments("'a"));
  EXPECT_FALSE(split_eal_arguments("\"a'"));
}

TEST(EalArguments, ThoseThatEndTheProcessOrThatItDoesNotKnowNeverReachEal) {
  for (const Words& good :
       {Words{}, Words{"-l", "0"}, Words{"-l0"}, Words{"-vl0"}, Words{"--vdev=net_ring0"},
        Words{"--vdev", "net_ring0"}, Words{"--huge-unlink"}, Words{"--huge-unlink=never"},
        Words{"--proc-type=primary"}, Words{"--log-level", "lib.eal:debug"}}) {
    EXPECT_TRUE(check_eal_arguments(good)) << testing::PrintToString(good);
  }
  for (const Words& bad : {Words{"-h"},
                           Words{"-vh"},
                           Words{"--help"},
                           Words{"--hel"},
                           Words{"--log-level=help"},
                           Words{"--log-level", "help"},
                           Words{"--"},
                           Words{"-"},
                           Words{""},
                           Words{"word"},
                           Words{"-l"},
                           Words{"-l", ""},
                           Words{"--vdev"},
                           Words{"--vdev="},
                           Words{"--no-pci=1"},
                           Words{"-q"},
                           Words{"--bogus"},
                           Words{"--vde=x"},
                           Words{"--proc-type=secondary"},
                           Words{"--proc-type", "auto"},
                           Words{"-l", "0", "--", "-x"},
                           Words{std::string("--vdev=a\0b", 10)}}) {
    const Status status = check_eal_arguments(bad);
    ASSERT_FALSE(status) << testing::PrintToString(bad);
    EXPECT_EQ(status.error().code, Errc::usage);
  }
}

}  // namespace
}  // namespace penstock
