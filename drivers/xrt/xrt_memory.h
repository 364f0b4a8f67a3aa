// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <xrt/xrt_bo.h>

#include <utility>

#include "drivers/batch/card_link.h"

namespace penstock {

// A buffer object: memory of the card, and the host's side of it, the runtime's or the caller's own.
class XrtMemory final : public CardMemory {
 public:
  XrtMemory(xrt::bo object, MutableBytes host) : object_(std::move(object)), host_(host) {}

  MutableBytes host() const override { return host_; }
  bool sync_to_card(size_t offset, size_t bytes) noexcept override;
  bool sync_to_host(size_t offset, size_t bytes) noexcept override;

  const xrt::bo& object() const { return object_; }

 private:
  bool sync(xclBOSyncDirection direction, size_t offset, size_t bytes) noexcept;

  xrt::bo object_;
  MutableBytes host_;
};

}  // namespace penstock
