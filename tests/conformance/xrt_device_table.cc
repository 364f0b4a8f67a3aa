// SPDX-License-Identifier: Apache-2.0
// The suite's table where it runs over the XRT runtime, in a program of its own: the runtime is loaded with
// it.
#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <string>

#include "conformance/device_table.h"
#include "drivers/xrt/xrt_cards.h"

namespace penstock {

std::span<const DeviceRow> device_table() {
  static constexpr std::array<DeviceRow, 2> kTable = {{
      {"xrt", []() -> Result<std::unique_ptr<Device>> { return open_xrt_card(0, {}); }},
      {"xrt1", []() -> Result<std::unique_ptr<Device>> { return open_xrt_card(1, {}); }},
  }};
  return kTable;
}

namespace {

// Software emulation is a library of the runtime's own, which it loads when a card is opened.
bool emulation_is_loaded() {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    if (line.find("libxrt_swemu.so") != line.npos) return true;
  }
  return false;
}

// Whatever tests were run, they ran over it.
class RuntimeEnvironment : public testing::Environment {
 public:
  void TearDown() override { EXPECT_TRUE(emulation_is_loaded()); }
};

[[maybe_unused]] const testing::Environment* const environment =
    testing::AddGlobalTestEnvironment(new RuntimeEnvironment);

TEST(XrtRuntimeTest, DrivesTheEmulatedCard) {
  EXPECT_EQ(find_xrt_cards().count, 2u);
  for (const size_t card : {0u, 1u}) {
    const auto device = open_xrt_card(card, {});
    ASSERT_TRUE(device) << device.error().message();
    EXPECT_TRUE((*device)->capabilities().emulated);
  }
}

TEST(XrtRuntimeTest, RefusesACardThatIsNotThere) {
  const auto device = open_xrt_card(17, {});
  ASSERT_FALSE(device);
  EXPECT_EQ(device.error().code, Errc::failed);
}

}  // namespace
}  // namespace penstock
