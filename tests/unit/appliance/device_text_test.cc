// SPDX-License-Identifier: Apache-2.0
#include "appliance/device_text.h"

#include <gtest/gtest.h>

#include "drivers/software/software_device.h"
#include "unit/appliance/captured_console.h"
#include "unit/offload/lying_device.h"

namespace penstock {
namespace {

class DeviceTextTest : public testing::Test {
 protected:
  static LyingDevice device(std::string kind, std::string address) {
    Capabilities capabilities;
    capabilities.kind = std::move(kind);
    capabilities.name = "Card\x1b[2J 7";
    capabilities.address = std::move(address);
    return {capabilities, {}};
  }
  // What is told of it after `cause`.
  static std::string told(LyingDevice device, DeviceState state, HealthCause cause) {
    DispatchMember member(device);
    member.set_left_out_because({Errc::failed, "driver", "it has no memory", "give it some"});
    CapturedConsole console;
    tell_change(console.console(), member, {{}, state, cause, 1});
    return console.diagnostics();
  }
};

TEST_F(DeviceTextTest, TellsWhatBecameOfADeviceAndWhatToDo) {
  EXPECT_EQ(told(device("card", ""), DeviceState::suspect, HealthCause::wrong_digest),
            "penstock: device Card\\x1b[2J 7: gave a wrong digest: the CPU does its work until it passes a "
            "self-test (see penstock devices --selftest)\n");
  EXPECT_EQ(
      told(device("card", ""), DeviceState::lost, HealthCause::deadline),
      "penstock: device Card\\x1b[2J 7: did not answer in time, and is lost: the CPU does its work (see to "
      "the device, then put again; --device software does without it)\n");
  EXPECT_EQ(
      told(device("card", ""), DeviceState::lost, HealthCause::set_up_failed),
      "penstock: device Card\\x1b[2J 7: could not be set up, and is left out: it has no memory (give it "
      "some)\n");
  EXPECT_EQ(told(device("card", ""), DeviceState::healthy, HealthCause::selftest_passed),
            "penstock: note: device Card\\x1b[2J 7 passed the self-test, and is used again\n");
}

TEST_F(DeviceTextTest, SaysHowAnXrtCardIsReset) {
  const std::string text =
      told(device("xrt", "0000:3b:00.1"), DeviceState::lost, HealthCause::selftest_silent);
  EXPECT_NE(text.find("xrt-smi reset --device 0000:3b:00.1"), std::string::npos) << text;
  EXPECT_NE(text.find("xbutil reset --device 0000:3b:00.1"), std::string::npos) << text;
}

TEST_F(DeviceTextTest, CountsWhatEachDeviceDid) {
  LyingDevice lying = device("card", "0000:3b:00.1");
  const auto cpu = make_software_device({});
  Dispatcher dispatcher({&lying}, *cpu, {});
  MemberCounters& counters = dispatcher.members()[1]->counters();
  counters.jobs = 5;
  counters.bytes_in = 3 << 20;
  counters.bytes_out = 1 << 20;
  counters.nanoseconds = 500'000'000;
  counters.bytes_timed = 3 << 20;
  counters.failed = 2;
  dispatcher.report_wrong(1, HealthCause::wrong_payload);
  const Json json = devices_json(dispatcher);
  ASSERT_EQ(json.size(), 2u);
  EXPECT_EQ(json[0]["kind"], "software");
  EXPECT_EQ(json[0]["health"], "healthy");
  EXPECT_EQ(json[1]["address"], "0000:3b:00.1");
  EXPECT_EQ(json[1]["jobs"], 5);
  EXPECT_EQ(json[1]["bytes_per_second_busy"], 6.0 * (1 << 20));
  EXPECT_EQ(json[1]["wrong"], 1);
  EXPECT_EQ(json[1]["health"], "suspect");
  ASSERT_EQ(json[1]["history"].size(), 2u);
  EXPECT_EQ(json[1]["history"][0]["cause"], "opened");
  EXPECT_EQ(json[1]["history"][1]["cause"], "gave a wrong payload");
  const std::string text = devices_text(dispatcher);
  EXPECT_NE(text.find("suspect, 5 jobs, 3.00 MiB in, 1.00 MiB out, 6.00 MiB/s while busy, 2 failed, 1 wrong"),
            std::string::npos)
      << text;
}

TEST_F(DeviceTextTest, SaysNothingOfTheCpuAlone) {
  const auto cpu = make_software_device({});
  const Dispatcher dispatcher({cpu.get()}, *cpu, {});
  EXPECT_EQ(devices_text(dispatcher), "");
  EXPECT_EQ(devices_json(dispatcher).size(), 1u);
}

}  // namespace
}  // namespace penstock
