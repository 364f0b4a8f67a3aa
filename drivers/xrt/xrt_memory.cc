// SPDX-License-Identifier: Apache-2.0
#include "drivers/xrt/xrt_memory.h"

namespace penstock {

XrtMemory::~XrtMemory() {
  calls_->later([object = std::move(object_)] {});
}

bool XrtMemory::sync_to_card(size_t offset, size_t bytes) noexcept {
  return sync(XCL_BO_SYNC_BO_TO_DEVICE, offset, bytes);
}

bool XrtMemory::sync_to_host(size_t offset, size_t bytes) noexcept {
  return sync(XCL_BO_SYNC_BO_FROM_DEVICE, offset, bytes);
}

bool XrtMemory::sync(xclBOSyncDirection direction, size_t offset, size_t bytes) noexcept {
  if (offset > host_.size() || bytes > host_.size() - offset) return false;
  if (bytes == 0) return true;
  try {
    object_.sync(direction, bytes, offset);
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace penstock
