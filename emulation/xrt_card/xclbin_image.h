// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace penstock {

// The xclbin of the emulated card for software emulation, as XRT loads it: memory banks, compute units, how
// they are connected, and the kernels' metadata. The same bytes each time; the UUID is of its contents.
std::vector<uint8_t> xclbin_image();

// The kernels' metadata in it, as `v++` lays them out.
std::string xclbin_metadata();

// emconfig.json, which tells software emulation how many cards there are.
std::string emconfig_text(unsigned cards);

}  // namespace penstock
