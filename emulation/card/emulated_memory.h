// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <utility>

#include "base/result.h"
#include "drivers/batch/card_link.h"
#include "emulation/card/memory_bank.h"
#include "memory/slab.h"

namespace penstock {

// The card's memory and the host's are two mappings: what was not synced is not there.
class EmulatedMemory final : public CardMemory {
 public:
  // With a host's side of its own. failed: the bank or this machine has no room.
  static Result<std::unique_ptr<EmulatedMemory>> allocate(MemoryBank& bank, size_t bytes);
  // `host` is never written.
  static Result<std::unique_ptr<EmulatedMemory>> mirror(MemoryBank& bank, Bytes host);

  MutableBytes host() const override { return host_; }
  bool sync_to_card(size_t offset, size_t bytes) noexcept override;
  bool sync_to_host(size_t offset, size_t bytes) noexcept override;

  // What kernels see.
  MutableBytes device() const { return device_.bytes().first(host_.size()); }
  const MemoryBank& bank() const { return room_.bank(); }

 private:
  EmulatedMemory(BankRoom room, Slab device, std::optional<Slab> own, MutableBytes host)
      : room_(std::move(room)), device_(std::move(device)), own_(std::move(own)), host_(host) {}

  bool holds(size_t offset, size_t bytes) const {
    return offset <= host_.size() && bytes <= host_.size() - offset;
  }

  BankRoom room_;
  Slab device_;
  std::optional<Slab> own_;  // the host's side; none: somebody else's
  MutableBytes host_;
};

}  // namespace penstock
