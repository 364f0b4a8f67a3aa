// SPDX-License-Identifier: Apache-2.0
#include "appliance/loaded_port_module.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "appliance/nic_port.h"

namespace penstock {
namespace {

using testing::HasSubstr;

PortRequest request(const char* nic, size_t queues = 1) {
  return {.nic = nic, .udp_port = 0, .queues = queues};
}

TEST(LoadedPortModuleTest, OpensAPortOfTheModules) {
  LoadedPortModule module("test-modules/penstock-dpdk.so", "none");
  for (const size_t queues : {size_t{1}, size_t{3}}) {
    const auto port = module.open(request("dpdk:-l 0;port=none,addr=127.0.0.1/8", queues));
    ASSERT_TRUE(port) << port.error().message();
    EXPECT_EQ((*port)->queue_count(), queues);
    EXPECT_TRUE((*port)->local_address().is_loopback());
    EXPECT_EQ((*port)->figures().size(), 4U);
  }
}

TEST(LoadedPortModuleTest, HandsOnWhatTheModuleFindsWrong) {
  LoadedPortModule module("test-modules/penstock-dpdk.so", "none");
  const auto port = module.open(request("dpdk:-l 0;port=none"));
  ASSERT_FALSE(port);
  EXPECT_EQ(port.error().code, Errc::usage);
  EXPECT_THAT(port.error().message(), HasSubstr("has no addr="));
}

TEST(LoadedPortModuleTest, SaysWhichPackagesAreMissingWhereItIsAbsent) {
  LoadedPortModule module("test-modules/none.so", "those that bring it");
  const auto port = module.open(request("dpdk:;port=none,addr=127.0.0.1/8"));
  ASSERT_FALSE(port);
  EXPECT_EQ(port.error().code, Errc::failed);
  EXPECT_THAT(port.error().message(), HasSubstr("test-modules/none.so, is not beside this program"));
  EXPECT_THAT(port.error().message(), HasSubstr("those that bring it"));
}

TEST(LoadedPortModuleTest, TakesNoModuleOfAnotherVersion) {
  LoadedPortModule module("test-modules/penstock-older.so", "none");
  const auto port = module.open(request("dpdk:;port=none,addr=127.0.0.1/8"));
  ASSERT_FALSE(port);
  EXPECT_THAT(port.error().message(), HasSubstr("is of build 0.0.0-older"));
}

// What is beside the program but exports no such thing.
TEST(LoadedPortModuleTest, TakesNothingElseForAModule) {
  LoadedPortModule module("appliance_test", "those that bring it");
  const auto port = module.open(request("dpdk:;port=none,addr=127.0.0.1/8"));
  ASSERT_FALSE(port);
  EXPECT_THAT(port.error().message(), HasSubstr("cannot be loaded"));
  EXPECT_THAT(port.error().message(), HasSubstr("those that bring it"));
}

TEST(NicPortTest, KnowsWhichKindsThereAre) {
  const auto port = open_nic_port(request("vpp:eth0"));
  ASSERT_FALSE(port);
  EXPECT_EQ(port.error().code, Errc::usage);
  EXPECT_THAT(port.error().message(), HasSubstr("dpdk:"));
}

TEST(NicPortTest, TakesAUdpPortAloneBesideANic) {
  EXPECT_EQ(parse_nic_udp_port(":4433").value(), 4433);
  EXPECT_EQ(parse_nic_udp_port(":0").value(), 0);
  for (const char* text : {"", ":", "4433", "127.0.0.1:4433", ":65536", ":44x", ":-1", "[::]:1", "::4433"}) {
    const auto port = parse_nic_udp_port(text);
    ASSERT_FALSE(port) << text;
    EXPECT_EQ(port.error().code, Errc::usage) << text;
  }
}

}  // namespace
}  // namespace penstock
