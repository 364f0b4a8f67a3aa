// SPDX-License-Identifier: Apache-2.0
#include "emulation/xrt_card/xrt_card_options.h"

#include <charconv>
#include <concepts>
#include <string_view>

#include "emulation/xrt_card/card_platform.h"

namespace penstock {
namespace {

template <std::unsigned_integral T>
std::optional<T> parse_number(std::string_view text) {
  T number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

Result<KernelHang> parse_hang(std::string_view text) {
  const size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  const auto launch = colon == std::string_view::npos ? std::optional<uint64_t>(1)
                                                      : parse_number<uint64_t>(text.substr(colon + 1));
  for (const PlatformKernel& kernel : platform_kernels()) {
    if (kernel.name == name && launch && *launch > 0) return KernelHang{kernel.kernel, *launch};
  }
  return fail(Errc::usage, "PENSTOCK_EMULATED_CARD_HANG=" + std::string(text), "it is not KERNEL or KERNEL:N",
              "name describe, digest_batch, encode_batch or decode_batch, and a launch from 1 on");
}

}  // namespace

Result<XrtCardOptions> XrtCardOptions::parse(const char* hang, const char* abi_version) {
  XrtCardOptions options;
  if (hang != nullptr && *hang != '\0') {
    PENSTOCK_TRY_ASSIGN(options.hang, parse_hang(hang));
  }
  if (abi_version != nullptr && *abi_version != '\0') {
    options.abi_version = parse_number<uint16_t>(abi_version);
    if (!options.abi_version) {
      return fail(Errc::usage, "PENSTOCK_EMULATED_CARD_ABI=" + std::string(abi_version), "it is not a number",
                  "give one up to 65535");
    }
  }
  return options;
}

}  // namespace penstock
