// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace penstock {

// What a program for an FPGA card (container "xclbin2": struct axlf of XRT's xclbin.h) says of itself.
struct XclbinHeader {
  std::array<uint8_t, 16> uuid{};
  std::string platform;  // that it was built for, as vendor_board_name_version
};

// Of a whole file. failed: it is no xclbin, is cut off, or its sections do not lie in it.
Result<XclbinHeader> parse_xclbin_header(Bytes file);

// As its tools print it: 8-4-4-4-12 lowercase hex digits.
std::string uuid_text(const std::array<uint8_t, 16>& uuid);

}  // namespace penstock
