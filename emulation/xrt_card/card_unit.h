// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "drivers/batch/card_link.h"
#include "emulation/card/compute_unit.h"
#include "emulation/xrt_card/buffer_map.h"
#include "emulation/xrt_card/card_platform.h"
#include "emulation/xrt_card/xrt_card_options.h"

namespace penstock {

// A compute unit as its registers show it: control at 0, the kernel's arguments behind it. Registers are
// read and written on one thread, the kernel runs on another.
class CardUnit final : private LaunchListener {
 public:
  // All outlive it.
  CardUnit(const PlatformKernel& kernel, const BufferMap& buffers, const XrtCardOptions& options)
      : kernel_(kernel), buffers_(buffers), options_(options), unit_(kernel.kernel) {}
  ~CardUnit() { unit_.stop(); }

  const PlatformKernel& kernel() const { return kernel_; }
  bool running() const { return running_.load(std::memory_order_acquire) > 0; }

  // Whole registers of 4 bytes; a control register with its start bit set launches, after the others are
  // written. absent: outside the registers; then nothing is written. failed: a launch whose arguments are
  // wrong, which ends at once and answers nothing.
  Status write(uint64_t offset, Bytes content);
  Result<void> read(uint64_t offset, MutableBytes content) const;

 private:
  static constexpr size_t kRegisterBytes = 0x40;

  Status check(uint64_t offset, size_t bytes) const;
  Result<KernelArguments> arguments() const;
  Result<MutableBytes> argument(size_t place) const;
  Status start();
  void launch_ended(uint64_t token, bool well) noexcept override;

  const PlatformKernel& kernel_;
  const BufferMap& buffers_;
  const XrtCardOptions& options_;
  std::array<uint8_t, kRegisterBytes> registers_{};
  uint64_t launches_ = 0;
  bool ended_ = false;  // a launch, or it was refused
  KernelArguments last_;
  std::atomic<uint32_t> running_{0};
  ComputeUnit unit_;  // stopped before the rest goes
};

}  // namespace penstock
