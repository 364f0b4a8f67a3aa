// SPDX-License-Identifier: Apache-2.0
#include "appliance/put_choices.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "appliance/chosen_devices.h"
#include "appliance/driver_table.h"
#include "drivers/software/software_device.h"
#include "unit/offload/lying_device.h"

namespace penstock {
namespace {

const PutChoices kPlain{"cdc:16K:64K:256K", "auto", "default", "full", ""};

TEST(PutChoicesTest, GiveTheStoresChunkerByDefault) {
  const auto options = parse_put_choices(kPlain);
  ASSERT_TRUE(options.has_value());
  EXPECT_EQ(chunker_text(options->chunker), "cdc:16K:64K:256K");
  EXPECT_EQ(options->layout, LinkLayout::content_cut);
}

TEST(PutChoicesTest, GiveTheIpfsProfileItsOwnChunkerAndLayout) {
  PutChoices choices = kPlain;
  choices.profile = "ipfs";
  const auto options = parse_put_choices(choices);
  ASSERT_TRUE(options.has_value());
  EXPECT_EQ(chunker_text(options->chunker), "fixed:1M");
  EXPECT_EQ(options->layout, LinkLayout::balanced);
}

TEST(PutChoicesTest, RefuseWhatIsMalformed) {
  const auto refused = [](auto change) {
    PutChoices choices = kPlain;
    change(choices);
    const auto options = parse_put_choices(choices);
    return !options.has_value() && options.error().code == Errc::usage;
  };
  EXPECT_TRUE(refused([](PutChoices& choices) { choices.chunker = "cdc"; }));
  EXPECT_TRUE(refused([](PutChoices& choices) { choices.codec = "zip"; }));
  EXPECT_TRUE(refused([](PutChoices& choices) { choices.profile = "ipf"; }));
  EXPECT_TRUE(refused([](PutChoices& choices) { choices.verify = "none"; }));
  EXPECT_TRUE(refused([](PutChoices& choices) { choices.threads = "0"; }));
  EXPECT_TRUE(refused([](PutChoices& choices) { choices.threads = "-1"; }));
  EXPECT_TRUE(refused([](PutChoices& choices) { choices.threads = "2x"; }));
}

TEST(PutChoicesTest, RefuseCrossVerificationByTheCpuAlone) {
  PutChoices choices = kPlain;
  choices.verify = "cross";
  const auto options = parse_put_choices(choices);
  ASSERT_TRUE(options.has_value());
  Console console(STDOUT_FILENO, STDERR_FILENO);
  const auto devices = ChosenDevices::open("software", {}, console);
  ASSERT_TRUE(devices.has_value());
  const Status serves = check_devices_serve(devices->dispatcher(), *options);
  ASSERT_FALSE(serves.has_value());
  EXPECT_EQ(serves.error().code, Errc::usage);
}

TEST(PutChoicesTest, TakeCrossVerificationWithADeviceBesideTheCpu) {
  PutChoices choices = kPlain;
  choices.verify = "cross";
  const auto options = parse_put_choices(choices);
  ASSERT_TRUE(options.has_value());
  LyingDevice card({}, {});
  const auto cpu = make_software_device({});
  const Dispatcher devices({&card}, *cpu, {});
  EXPECT_TRUE(check_devices_serve(devices, *options).has_value());
}

TEST(PutChoicesTest, RefuseStandardInputBesidePaths) {
  const auto inputs = open_inputs({"-", "/etc/hostname"}, "");
  ASSERT_FALSE(inputs.has_value());
  EXPECT_EQ(inputs.error().code, Errc::usage);
}

}  // namespace
}  // namespace penstock
