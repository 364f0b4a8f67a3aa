// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cctype>

#include "emulation/xrt_card/card_platform.h"
#include "emulation/xrt_card/xclbin_image.h"

namespace penstock {
namespace {

// An m_axi bundle has its port's name in capitals.
std::string port_name(CardBank bank) {
  std::string name = "M_AXI_";
  for (const char letter : platform_bank_name(bank)) {
    name += static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  }
  return name;
}

std::string port_text(const std::string& name, const char* mode, const char* range, unsigned width) {
  return fmt::format(
      "          <port name=\"{}\" mode=\"{}\" range=\"{}\" dataWidth=\"{}\" portType=\"addressable\" "
      "base=\"0x0\"/>\n",
      name, mode, range, width);
}

std::string argument_text(const PlatformKernel& kernel, size_t place) {
  const CardBank bank = kernel.arguments[place];
  return fmt::format(
      "          <arg name=\"{}\" addressQualifier=\"1\" id=\"{}\" port=\"{}\" size=\"0x8\" offset=\"{:#x}\" "
      "hostOffset=\"0x0\" hostSize=\"0x8\" type=\"void*\" memSize=\"0x40\"/>\n",
      platform_bank_name(bank), place, port_name(bank), argument_offset(place));
}

std::string kernel_text(const PlatformKernel& kernel) {
  std::string text = fmt::format(
      "        <kernel name=\"{0}\" language=\"c\" vlnv=\"penstock:hls:{0}:1.0\" attributes=\"\" "
      "preferredWorkGroupSizeMultiple=\"0\" workGroupSize=\"1\" debug=\"false\" interrupt=\"false\" "
      "hwControlProtocol=\"ap_ctrl_chain\">\n"
      "          <module name=\"{0}\"/>\n",
      kernel.name);
  for (const CardBank bank : kernel.arguments) {
    text += port_text(port_name(bank), "master", "0xFFFFFFFFFFFFFFFF", 512);
  }
  text += port_text("S_AXI_CONTROL", "slave", "0x1000", 32);
  for (size_t place = 0; place < kernel.arguments.size(); ++place) text += argument_text(kernel, place);
  return text + fmt::format(
                    "          <compileWorkGroupSize x=\"1\" y=\"1\" z=\"1\"/>\n"
                    "          <maxWorkGroupSize x=\"1\" y=\"1\" z=\"1\"/>\n"
                    "          <instance name=\"{}_1\">\n"
                    "            <addrRemap base=\"{:#x}\" range=\"{:#x}\" port=\"S_AXI_CONTROL\"/>\n"
                    "          </instance>\n"
                    "        </kernel>\n",
                    kernel.name, kernel.base, kUnitBytes);
}

}  // namespace

std::string xclbin_metadata() {
  std::string text =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<project name=\"penstock\">\n"
      "  <platform vendor=\"penstock\" boardid=\"emulated\" name=\"card\" featureRomTime=\"0\">\n"
      "    <version major=\"1\" minor=\"0\"/>\n"
      "    <description>a card that a process of this machine emulates</description>\n"
      "    <device name=\"fpga0\" fpgaDevice=\"emulated\" addrWidth=\"0\">\n"
      "      <core name=\"OCL_REGION_0\" target=\"csim\" type=\"clc_region\" clockFreq=\"300MHz\" "
      "numComputeUnits=\"4\">\n"
      "        <kernelClocks>\n"
      "          <clock port=\"DATA_CLK\" frequency=\"300.0MHz\"/>\n"
      "        </kernelClocks>\n";
  for (const PlatformKernel& kernel : platform_kernels()) text += kernel_text(kernel);
  return text +
         "      </core>\n"
         "    </device>\n"
         "  </platform>\n"
         "</project>\n";
}

std::string emconfig_text(unsigned cards) {
  return fmt::format(R"({{
  "Version": {{"FileVersion": "2.0", "ToolVersion": "2022.1"}},
  "Platform": {{
    "Boards": [{{
      "NumBoards": "1",
      "Devices": [{{
        "Name": "penstock_emulated_card",
        "HardwarePlatform": "",
        "DdrSize": "16GB",
        "DdrBanks": [{{"Size": "16GB"}}, {{"Size": "16GB"}}, {{"Size": "16GB"}}, {{"Size": "16GB"}}],
        "NumDevices": "{}"
      }}]
    }}]
  }}
}}
)",
                     cards);
}

}  // namespace penstock
