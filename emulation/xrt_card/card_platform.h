// SPDX-License-Identifier: Apache-2.0
#pragma once

// The card that XRT's software emulation shows: its memory banks and compute units, and where they lie. The
// xclbin says the same to XRT.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "drivers/batch/card_link.h"

namespace penstock {

inline constexpr unsigned kPlatformBanks = 4;
inline constexpr uint64_t kPlatformBankBytes = uint64_t{16} << 30;

// One behind the other from 0: where software emulation puts them, whatever the xclbin says.
constexpr uint64_t platform_bank_base(CardBank bank) {
  return static_cast<uint64_t>(bank) * kPlatformBankBytes;
}
std::string_view platform_bank_name(CardBank bank);  // also of the argument that is wired to it

// A kernel with its one compute unit.
struct PlatformKernel {
  CardKernel kernel;
  std::string_view name;
  uint64_t base;                        // of the unit's registers
  std::span<const CardBank> arguments;  // pointers, in order, by the bank that each is wired to
};

std::span<const PlatformKernel> platform_kernels();

// A unit's registers: control at 0, then an argument in each 12 bytes, of which it has the first 8.
inline constexpr uint64_t kUnitBytes = 0x10000;
constexpr uint32_t argument_offset(size_t place) {
  return 0x10 + 12 * static_cast<uint32_t>(place);
}

}  // namespace penstock
