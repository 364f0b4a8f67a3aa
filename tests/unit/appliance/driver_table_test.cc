// SPDX-License-Identifier: Apache-2.0
#include "appliance/driver_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "unit/offload/lying_device.h"

namespace penstock {
namespace {

std::unique_ptr<Device> named(const char* name) {
  Capabilities capabilities;
  capabilities.name = name;
  return std::make_unique<LyingDevice>(capabilities, [](Job&) {});
}

constexpr Driver kAbsent = {"absent", [] { return DevicesFound{0, "it was left out"}; }, nullptr};
constexpr Driver kBroken = {"broken",
                            [] {
                              return DevicesFound{2, {}};
                            },
                            [](size_t number, const DriverOptions&) -> Result<std::unique_ptr<Device>> {
                              if (number == 1) return named("sound");
                              return fail(Errc::failed, "broken", "cannot be used");
                            }};
constexpr Driver kPair = {"pair",
                          [] {
                            return DevicesFound{2, {}};
                          },
                          [](size_t number, const DriverOptions&) -> Result<std::unique_ptr<Device>> {
                            return named(number == 0 ? "first" : "second");
                          }};
constexpr std::array<Driver, 2> kTable = {kAbsent, kPair};

std::string opened(std::string_view choice) {
  const auto device = open_device(choice, kTable);
  return device ? (*device)->capabilities().name : device.error().message();
}

Errc refused(std::string_view choice, std::span<const Driver> table = kTable) {
  const auto device = open_device(choice, table);
  EXPECT_FALSE(device.has_value()) << choice;
  return device ? Errc::partial : device.error().code;
}

TEST(DriverTableTest, AutoTakesTheFirstThatIsPresent) {
  EXPECT_EQ(opened("auto"), "first");
}

TEST(DriverTableTest, AutoPassesOverWhatCannotBeUsedAndSaysSo) {
  constexpr std::array<Driver, 2> kTableWithBroken = {kBroken, kPair};
  std::vector<std::string> said;
  const auto device =
      open_device("auto", kTableWithBroken,
                  {.program = false, .passed_over = [&](const Error& error) { said.push_back(error.why); }});
  ASSERT_TRUE(device);
  EXPECT_EQ((*device)->capabilities().name, "first");
  EXPECT_EQ(said, std::vector<std::string>{"cannot be used"});
}

TEST(DriverTableTest, TakesTheNumberedDeviceOfAKind) {
  EXPECT_EQ(opened("pair"), "first");
  EXPECT_EQ(opened("pair:1"), "second");
}

TEST(DriverTableTest, FailsForADeviceThatIsNotThere) {
  EXPECT_EQ(refused("pair:2"), Errc::failed);
}

TEST(DriverTableTest, SaysWhyAKindIsAbsent) {
  EXPECT_EQ(refused("absent"), Errc::failed);
  EXPECT_NE(opened("absent").find("it was left out"), std::string::npos);
}

TEST(DriverTableTest, FailsWhereNothingIsPresentAtAll) {
  EXPECT_EQ(refused("auto", std::span(kTable).first(1)), Errc::failed);
}

TEST(DriverTableTest, HandsOnADriversOwnError) {
  EXPECT_EQ(refused("auto", std::span(&kBroken, 1)), Errc::failed) << "and there is nothing behind it";
  EXPECT_EQ(refused("broken", std::span(&kBroken, 1)), Errc::failed);
}

TEST(DriverTableTest, OpensNoOtherDeviceThanTheNamedOne) {
  const auto device = open_device("broken:1", std::span(&kBroken, 1));
  ASSERT_TRUE(device);
  EXPECT_EQ((*device)->capabilities().name, "sound");
}

TEST(DriverTableTest, RefusesUnknownKindsAndMalformedNames) {
  for (const char* choice : {"", "gpu", "pair:", "pair:x", "pair:-1", ",", "pair,", "auto,pair"}) {
    EXPECT_EQ(refused(choice), Errc::usage) << choice;
  }
}

TEST(DriverTableTest, RefusesSeveralDevices) {
  EXPECT_EQ(refused("pair:0,pair:1"), Errc::usage);
}

TEST(DriverTableTest, OpensSeveralDevicesInTheOrderGiven) {
  const auto devices = open_devices("pair:1,pair", kTable);
  ASSERT_TRUE(devices);
  ASSERT_EQ(devices->size(), 2u);
  EXPECT_EQ(devices->front()->capabilities().name, "second");
  EXPECT_EQ(devices->back()->capabilities().name, "first");
}

TEST(DriverTableTest, RefusesADeviceThatIsNamedTwice) {
  const auto devices = open_devices("pair:1,pair,pair:1", kTable);
  ASSERT_FALSE(devices);
  EXPECT_EQ(devices.error().code, Errc::usage);
  EXPECT_FALSE(open_devices("pair,pair:0", kTable));
}

TEST(DriverTableTest, SaysOfSeveralWhichIsAbsent) {
  EXPECT_EQ(refused("pair,absent"), Errc::failed);
}

TEST(DriverTableTest, HoldsEachKindOnceAndAReasonForEachThatIsAbsent) {
  for (const Driver& driver : driver_table()) {
    EXPECT_EQ(std::ranges::count(driver_table(), driver.kind, &Driver::kind), 1) << driver.kind;
    const DevicesFound found = driver.find();
    EXPECT_NE(found.count == 0, found.none_because.empty()) << driver.kind;
    EXPECT_TRUE(found.count == 0 || driver.open != nullptr) << driver.kind;
  }
}

}  // namespace
}  // namespace penstock
