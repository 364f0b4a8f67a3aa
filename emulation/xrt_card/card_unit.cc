// SPDX-License-Identifier: Apache-2.0
#include "emulation/xrt_card/card_unit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>

#include "emulation/xrt_card/launch_bounds.h"
#include "kernels/abi/penstock_abi.h"

namespace penstock {
namespace {

// Bits of the control register (UG1393, ap_ctrl_chain).
constexpr uint32_t kStart = 1;
constexpr uint32_t kDone = 2;
constexpr uint32_t kIdle = 4;

MutableBytes& bank_argument(KernelArguments& arguments, CardBank bank) {
  switch (bank) {
    case CardBank::request:
      return arguments.request;
    case CardBank::input:
      return arguments.input;
    case CardBank::answer:
      return arguments.answer;
    case CardBank::arena:
      break;
  }
  return arguments.arena;
}

}  // namespace

Status CardUnit::check(uint64_t offset, size_t bytes) const {
  if (offset % 4 == 0 && bytes % 4 == 0 && offset <= kUnitBytes && bytes <= kUnitBytes - offset) return {};
  return fail(Errc::absent, fmt::format("{}: {} bytes at {:#x}", kernel_.name, bytes, offset),
              "there are no such registers");
}

// XRT writes more than there is: what lies behind the arguments is nobody's.
Status CardUnit::write(uint64_t offset, Bytes content) {
  PENSTOCK_TRY(check(offset, content.size()));
  if (offset < kRegisterBytes) {
    const Bytes kept = content.first(std::min(content.size(), kRegisterBytes - offset));
    std::copy(kept.begin(), kept.end(), registers_.begin() + static_cast<ptrdiff_t>(offset));
  }
  const bool control = offset == 0 && !content.empty();
  if (control && (load_le<uint32_t>(content.data()) & kStart) != 0) return start();
  return {};
}

Result<void> CardUnit::read(uint64_t offset, MutableBytes content) const {
  PENSTOCK_TRY(check(offset, content.size()));
  std::ranges::fill(content, uint8_t{0});
  if (offset >= kRegisterBytes) return {};
  const size_t kept = std::min(content.size(), kRegisterBytes - offset);
  std::copy_n(registers_.begin() + static_cast<ptrdiff_t>(offset), kept, content.begin());
  if (offset == 0 && kept >= 4) {
    store_le(content.data(), running() ? kStart : ended_ ? kDone | kIdle : kIdle);
  }
  return {};
}

Result<MutableBytes> CardUnit::argument(size_t place) const {
  const CardBank wired = kernel_.arguments[place];
  const auto address = load_le<uint64_t>(registers_.data() + argument_offset(place));
  const std::string what =
      fmt::format("{}: argument {}, {:#x}", kernel_.name, platform_bank_name(wired), address);
  const auto bank = bank_of(address);
  const auto memory = buffers_.find(address, PENSTOCK_WORD_BYTES);
  if (!bank || !memory) return fail(Errc::failed, what, "it is in no buffer of the card");
  if (*bank != wired) {
    return fail(Errc::failed, what,
                fmt::format("it lies in DDR[{}], and the kernel is wired to DDR[{}]", static_cast<int>(*bank),
                            static_cast<int>(wired)));
  }
  if (address % PENSTOCK_WORD_BYTES != 0) return fail(Errc::failed, what, "it is no multiple of 64");
  return *memory;
}

Result<KernelArguments> CardUnit::arguments() const {
  KernelArguments arguments;
  for (size_t place = 0; place < kernel_.arguments.size(); ++place) {
    PENSTOCK_TRY_ASSIGN(bank_argument(arguments, kernel_.arguments[place]), argument(place));
  }
  return arguments;
}

Status CardUnit::start() {
  ++launches_;
  ended_ = true;  // when it no longer runs
  PENSTOCK_TRY_ASSIGN(const KernelArguments arguments, this->arguments());
  PENSTOCK_TRY(check_launch_bounds(kernel_.kernel, arguments));
  running_.fetch_add(1, std::memory_order_relaxed);
  if (options_.hang && options_.hang->kernel == kernel_.kernel && options_.hang->launch == launches_) {
    return {};
  }
  last_ = arguments;
  unit_.launch(arguments, *this, launches_);
  return {};
}

void CardUnit::launch_ended(uint64_t, bool well) noexcept {
  if (!well)
    fmt::print(stderr, "penstock emulated card: {}: the kernel failed: its simulation\n", kernel_.name);
  if (well && kernel_.kernel == CardKernel::describe && options_.abi_version) {
    store_le(last_.answer.data() + offsetof(penstock_capabilities, abi_version), *options_.abi_version);
  }
  running_.fetch_sub(1, std::memory_order_release);
}

}  // namespace penstock
