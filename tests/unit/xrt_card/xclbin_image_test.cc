// SPDX-License-Identifier: Apache-2.0
// The xclbin, read by XRT's own reader.
#include "emulation/xrt_card/xclbin_image.h"

#include <experimental/xrt_xclbin.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "emulation/xrt_card/card_platform.h"

namespace penstock {
namespace {

xrt::xclbin read_image() {
  const auto image = xclbin_image();
  return xrt::xclbin(std::vector<char>(image.begin(), image.end()));
}

TEST(XclbinImageTest, HasTheSameBytesEachTime) {
  EXPECT_EQ(xclbin_image(), xclbin_image());
}

TEST(XclbinImageTest, HasAUuid) {
  const xrt::uuid uuid = read_image().get_uuid();
  EXPECT_TRUE(uuid);
  EXPECT_EQ(uuid.to_string()[14], '8') << "of its contents (RFC 9562, version 8)";
}

TEST(XclbinImageTest, NamesTheKernelsAndTheirArguments) {
  const auto kernels = read_image().get_kernels();
  ASSERT_EQ(kernels.size(), platform_kernels().size());
  for (const PlatformKernel& expected : platform_kernels()) {
    const auto found =
        std::ranges::find(kernels, expected.name, [](const auto& kernel) { return kernel.get_name(); });
    ASSERT_NE(found, kernels.end()) << expected.name;
    ASSERT_EQ(found->get_num_args(), expected.arguments.size());
    for (size_t place = 0; place < expected.arguments.size(); ++place) {
      const xrt::xclbin::arg argument = found->get_arg(static_cast<int32_t>(place));
      EXPECT_EQ(argument.get_name(), platform_bank_name(expected.arguments[place]));
      EXPECT_EQ(argument.get_offset(), argument_offset(place));
      EXPECT_EQ(argument.get_size(), 8U);
      const auto memories = argument.get_mems();
      ASSERT_EQ(memories.size(), 1U);
      EXPECT_EQ(memories[0].get_index(), static_cast<int32_t>(expected.arguments[place]));
    }
  }
}

TEST(XclbinImageTest, PlacesAUnitOfEachKernel) {
  const auto units = read_image().get_ips();
  ASSERT_EQ(units.size(), platform_kernels().size());
  for (const PlatformKernel& expected : platform_kernels()) {
    const std::string name = std::string(expected.name) + ":" + std::string(expected.name) + "_1";
    const auto found = std::ranges::find(units, name, [](const auto& unit) { return unit.get_name(); });
    ASSERT_NE(found, units.end()) << name;
    EXPECT_EQ(found->get_base_address(), expected.base);
  }
}

// XRT 2.13's get_control_type() answers anything.
TEST(XclbinImageTest, ControlsItsUnitsAsAChain) {
  const xrt::xclbin image = read_image();
  const auto* const top = image.get_axlf();
  const auto* const section = ::xclbin::get_axlf_section(top, IP_LAYOUT);
  ASSERT_NE(section, nullptr);
  const auto* const layout =
      reinterpret_cast<const ip_layout*>(reinterpret_cast<const char*>(top) + section->m_sectionOffset);
  for (int32_t place = 0; place < layout->m_count; ++place) {
    const uint32_t control = (layout->m_ip_data[place].properties & IP_CONTROL_MASK) >> IP_CONTROL_SHIFT;
    EXPECT_EQ(control, static_cast<uint32_t>(AP_CTRL_CHAIN)) << place;
  }
}

TEST(XclbinImageTest, HasFourBanks) {
  const auto memories = read_image().get_mems();
  ASSERT_EQ(memories.size(), kPlatformBanks);
  for (unsigned place = 0; place < kPlatformBanks; ++place) {
    EXPECT_EQ(memories[place].get_tag(), "DDR[" + std::to_string(place) + "]");
    EXPECT_EQ(memories[place].get_base_address(), platform_bank_base(static_cast<CardBank>(place)));
    EXPECT_EQ(memories[place].get_size_kb() << 10, kPlatformBankBytes);
  }
}

TEST(EmconfigTest, CountsTheCards) {
  const auto json = nlohmann::json::parse(emconfig_text(3));
  EXPECT_EQ(json.at("Platform").at("Boards").at(0).at("Devices").at(0).at("NumDevices"), "3");
  EXPECT_EQ(json.at("Version").at("FileVersion"), "2.0");
}

}  // namespace
}  // namespace penstock
