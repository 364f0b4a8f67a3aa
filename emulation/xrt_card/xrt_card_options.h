// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "drivers/batch/card_link.h"

namespace penstock {

// A launch that never ends.
struct KernelHang {
  CardKernel kernel = CardKernel::digest;
  uint64_t launch = 1;  // counted from 1
};

// How a card's process is told to be a bad card, in tests of the host.
struct XrtCardOptions {
  std::optional<KernelHang> hang;
  std::optional<uint16_t> abi_version;  // that `describe` answers

  // PENSTOCK_EMULATED_CARD_HANG=KERNEL[:N] and PENSTOCK_EMULATED_CARD_ABI=N; null or empty: not given. usage:
  // neither a kernel's name nor a number.
  static Result<XrtCardOptions> parse(const char* hang, const char* abi_version);
};

}  // namespace penstock
