// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <xrt/xrt_bo.h>

#include <memory>
#include <utility>

#include "drivers/batch/card_link.h"
#include "drivers/xrt/xrt_calls.h"

namespace penstock {

// A buffer object: memory of the card, and the host's side of it, the runtime's or the caller's own. To free
// it is a call that may never return.
class XrtMemory final : public CardMemory {
 public:
  XrtMemory(xrt::bo object, MutableBytes host, std::shared_ptr<XrtCalls> calls)
      : object_(std::move(object)), host_(host), calls_(std::move(calls)) {}
  ~XrtMemory() override;
  XrtMemory(const XrtMemory&) = delete;
  XrtMemory& operator=(const XrtMemory&) = delete;

  MutableBytes host() const override { return host_; }
  bool sync_to_card(size_t offset, size_t bytes) noexcept override;
  bool sync_to_host(size_t offset, size_t bytes) noexcept override;

  const xrt::bo& object() const { return object_; }

 private:
  bool sync(xclBOSyncDirection direction, size_t offset, size_t bytes) noexcept;

  xrt::bo object_;
  MutableBytes host_;
  std::shared_ptr<XrtCalls> calls_;
};

}  // namespace penstock
