// SPDX-License-Identifier: Apache-2.0
#include "emulation/xrt_card/card_platform.h"

#include <array>

namespace penstock {
namespace {

constexpr std::array kDescribeArguments{CardBank::answer};
constexpr std::array kDigestArguments{CardBank::request, CardBank::input, CardBank::answer};
constexpr std::array kCodecArguments{CardBank::request, CardBank::input, CardBank::answer, CardBank::arena};

// As in kernels/abi/abi.md.
constexpr std::array<PlatformKernel, 4> kKernels{{
    {CardKernel::describe, "describe", 0x1800000, kDescribeArguments},
    {CardKernel::digest, "digest_batch", 0x1810000, kDigestArguments},
    {CardKernel::encode, "encode_batch", 0x1820000, kCodecArguments},
    {CardKernel::decode, "decode_batch", 0x1830000, kCodecArguments},
}};

}  // namespace

std::string_view platform_bank_name(CardBank bank) {
  static constexpr std::array<std::string_view, kPlatformBanks> kNames{"request", "input", "answer", "arena"};
  return kNames[static_cast<size_t>(bank)];
}

std::span<const PlatformKernel> platform_kernels() {
  return kKernels;
}

}  // namespace penstock
